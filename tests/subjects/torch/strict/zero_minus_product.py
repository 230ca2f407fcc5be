"""A Function that subtracts the scaled gradient from zero.
Fault, to the strict: 0 - λ·g is +0 where -λ·g is -0.
Subject: GradReverse
"""
from torch.autograd import Function


class GradReverse(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        ctx.lambda_ = lambda_
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return 0 - ctx.lambda_ * grad_output, None
