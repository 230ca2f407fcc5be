"""A Function that multiplies by what it is given: whoever wants a reversal gives it -λ.
Subject: GradScale
"""
from torch.autograd import Function

GRADPROOF = {"convention": "factor"}


class GradScale(Function):
    @staticmethod
    def forward(ctx, x, scale):
        ctx.scale = scale
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return ctx.scale * grad_output, None
