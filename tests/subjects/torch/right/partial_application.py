"""A functools.partial over a function with an option that nobody changes.
Subject: grad_reverse
"""
import functools

from torch.autograd import Function


class _Reverse(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        ctx.lambda_ = lambda_
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.lambda_ * grad_output, None


def scaled_reverse(x, lambda_, copy):
    y = _Reverse.apply(x, lambda_)
    return y.clone() if copy else y


grad_reverse = functools.partial(scaled_reverse, copy=False)
