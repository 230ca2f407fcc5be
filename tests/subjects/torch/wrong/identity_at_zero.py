"""A factory that leaves the layer out where nothing is to be reversed.
Fault: λ = 0 means that no gradient passes, and not that it passes unchanged.
Subject: make
"""
from torch.autograd import Function


class _Reverse(Function):
    @staticmethod
    def forward(ctx, x, strength):
        ctx.strength = strength
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.strength * grad_output, None


def make(strength):
    if not strength:
        return lambda x: x
    return lambda x: _Reverse.apply(x, strength)
