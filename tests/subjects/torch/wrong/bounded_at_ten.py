"""A Function that guards against a schedule run wild.
Fault: λ is bounded by 10.
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
        return -min(ctx.lambda_, 10.0) * grad_output, None
