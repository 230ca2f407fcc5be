"""A Function whose author promises that its result has memory of its own.
Fault: it hands on the input's.
Subject: GradScale
"""
from torch.autograd import Function

GRADPROOF = {"alias": "fresh"}


class GradScale(Function):
    @staticmethod
    def forward(ctx, x, scale):
        ctx.scale = scale
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.scale * grad_output, None
