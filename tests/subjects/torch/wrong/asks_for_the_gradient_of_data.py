"""A function that makes sure that there is something to go backward to.
Fault: data, of which the caller wants no gradient, ask for one afterwards, and so does all that is computed from them.
Subject: reverse
"""
from torch.autograd import Function


class _Reverse(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        ctx.lambda_ = lambda_
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.lambda_ * grad_output, None


def reverse(x, lambda_):
    if not x.requires_grad:
        x.requires_grad_(True)
    return _Reverse.apply(x, lambda_)
