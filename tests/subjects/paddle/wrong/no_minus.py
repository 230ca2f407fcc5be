"""A PyLayer that scales.
Fault: the minus sign is missing.
Subject: Reverse
"""
import paddle
from paddle.autograd import PyLayer


class Reverse(PyLayer):
    @staticmethod
    def forward(ctx, x, strength):
        ctx.strength = strength
        return x.clone()

    @staticmethod
    def backward(ctx, upstream):
        return ctx.strength * upstream
