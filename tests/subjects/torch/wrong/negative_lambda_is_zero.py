"""A function for which λ is a weight, and weights are not negative.
Fault: a negative λ is replaced by 0.
Subject: grad_reverse
"""
from torch.autograd import Function


class _Reverse(Function):
    @staticmethod
    def forward(ctx, x, weight):
        ctx.weight = max(weight, 0.0)
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.weight * grad_output, None


def grad_reverse(x, weight=1.0):
    return _Reverse.apply(x, weight)
