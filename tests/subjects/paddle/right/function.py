"""A function over a PyLayer.
Subject: grl
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
        return -ctx.strength * upstream


def grl(x, coeff=1.0):
    return Reverse.apply(x, coeff)
