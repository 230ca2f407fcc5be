"""A Function that is declared to multiply by what it is given.
Fault: it negates that once more.
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
        return -ctx.scale * grad_output, None
