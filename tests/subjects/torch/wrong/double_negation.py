"""A function that takes a negative factor, and a Function that negates.
Fault: the gradient is negated twice, so that it is multiplied by +λ.
Subject: grad_reverse
"""
from torch.autograd import Function


class _Scale(Function):
    @staticmethod
    def forward(ctx, x, factor):
        ctx.factor = factor
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output.neg() * ctx.factor, None


def grad_reverse(x, lambda_=1.0):
    return _Scale.apply(x, -lambda_)
