"""A Function that blends the plain gradient and the reversed one.
Fault: the gradient is multiplied by 1 - λ.
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
        return (1 - ctx.lambda_) * grad_output, None
