"""A pair of Functions, of which the inner one was never finished.
Fault: the second backward hands the gradient on as it is.
Subject: grad_reverse
"""
from torch.autograd import Function


class _Scaled(Function):
    @staticmethod
    def forward(ctx, grad, factor):
        return grad * factor

    @staticmethod
    def backward(ctx, grad_grad):
        return grad_grad, None


class _Reverse(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        ctx.factor = -lambda_
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return _Scaled.apply(grad_output, ctx.factor), None


def grad_reverse(x, lambda_=1.0):
    return _Reverse.apply(x, lambda_)
