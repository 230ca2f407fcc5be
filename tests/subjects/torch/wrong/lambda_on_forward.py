"""An autograd.Function whose author scales in both directions.
Fault: λ is applied to the value as well, so that the forward pass is not the identity.
Subject: GradReverse
"""
from torch.autograd import Function


class GradReverse(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        ctx.lambda_ = lambda_
        return x * lambda_

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.lambda_ * grad_output, None
