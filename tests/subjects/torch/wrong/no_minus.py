"""An autograd.Function that scales the gradient.
Fault: the minus sign is missing, so that the gradient is multiplied by +λ.
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
        return ctx.lambda_ * grad_output, None
