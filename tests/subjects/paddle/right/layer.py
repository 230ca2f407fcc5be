"""A layer over a PyLayer.
Subject: DomainReversal
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


class DomainReversal(paddle.nn.Layer):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha

    def forward(self, x):
        return Reverse.apply(x, self.alpha)
