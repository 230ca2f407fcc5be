"""A plain function over a Function, with a default λ.
Subject: grad_reverse
"""
from torch.autograd import Function


class _GradReverse(Function):
    @staticmethod
    def forward(ctx, tensor, coeff):
        ctx.coeff = coeff
        return tensor * 1.0

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output * -ctx.coeff, None


def grad_reverse(x, coeff=1.0):
    return _GradReverse.apply(x, coeff)
