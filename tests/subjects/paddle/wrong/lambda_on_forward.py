"""A PyLayer that does too much.
Fault: the value is multiplied by λ.
Subject: Reverse
"""
import paddle
from paddle.autograd import PyLayer


class Reverse(PyLayer):
    @staticmethod
    def forward(ctx, x, strength):
        ctx.strength = strength
        return x * strength

    @staticmethod
    def backward(ctx, upstream):
        return -ctx.strength * upstream
