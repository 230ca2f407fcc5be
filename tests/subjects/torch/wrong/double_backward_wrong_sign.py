"""A pair of Functions, so that the backward pass can be differentiated as well.
Fault: the second backward multiplies by +λ.
Subject: GradReverse
"""
from torch.autograd import Function


class _Backward(Function):
    @staticmethod
    def forward(ctx, grad, lambda_):
        ctx.lambda_ = lambda_
        return -lambda_ * grad

    @staticmethod
    def backward(ctx, grad_grad):
        return ctx.lambda_ * grad_grad, None


class GradReverse(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        ctx.lambda_ = lambda_
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return _Backward.apply(grad_output, ctx.lambda_), None
