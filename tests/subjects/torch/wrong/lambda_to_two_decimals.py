"""A function that logs λ, and uses what it logs.
Fault: λ is rounded to two decimals.
Subject: grad_reverse
"""
from torch.autograd import Function


class _Reverse(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        ctx.lambda_ = round(lambda_, 2)
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.lambda_ * grad_output, None


def grad_reverse(x, lambda_=1.0):
    return _Reverse.apply(x, lambda_)
