"""A plain function for a strength that a schedule moves from 0 to 1.
Fault: λ is clamped to between 0 and 1.
Subject: grad_reverse
"""
from torch.autograd import Function


class _GradReverse(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        ctx.lambda_ = min(max(lambda_, 0.0), 1.0)
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.lambda_ * grad_output, None


def grad_reverse(x, lambda_=1.0):
    return _GradReverse.apply(x, lambda_)
