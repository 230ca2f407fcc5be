"""A class that is no Module but can be called.
Subject: GradientFlip
"""
from torch.autograd import Function


class _Flip(Function):
    @staticmethod
    def forward(ctx, x, factor):
        ctx.factor = factor
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return ctx.factor * grad_output, None


class GradientFlip:
    def __init__(self, strength):
        self.factor = -strength

    def __call__(self, x):
        return _Flip.apply(x, self.factor)
