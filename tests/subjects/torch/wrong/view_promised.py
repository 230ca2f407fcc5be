"""A Function whose author promises that its result is a view.
Fault: it is a copy.
Subject: GradScale
"""
from torch.autograd import Function

GRADPROOF = {"alias": "view"}


class GradScale(Function):
    @staticmethod
    def forward(ctx, x, scale):
        ctx.scale = scale
        return x.clone()

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.scale * grad_output, None
