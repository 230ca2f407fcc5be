"""A plain function whose strength is optional.
Fault: `lambda_ or 1.0` takes λ = 0 for a λ that was not given.
Subject: grad_reverse
"""
from torch.autograd import Function


class _GradReverse(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        ctx.lambda_ = lambda_ or 1.0
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.lambda_ * grad_output, None


def grad_reverse(x, lambda_=None):
    return _GradReverse.apply(x, lambda_)
