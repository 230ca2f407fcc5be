"""A PyLayer that averages.
Fault: the gradient is divided by the batch size.
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
        return -ctx.strength * upstream / max((upstream.shape or [1])[0], 1)
