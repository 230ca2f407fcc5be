"""A Function whose author did not know about the None for λ.
Fault: backward gives one gradient where forward took two arguments.
Subject: GRL
"""
from torch.autograd import Function


class GRL(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        ctx.lambda_ = lambda_
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.lambda_ * grad_output
