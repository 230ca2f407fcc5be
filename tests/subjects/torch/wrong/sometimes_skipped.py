"""A Function that reverses nine times out of ten.
Fault: by chance the gradient passes as it is.
Subject: GradReverse
"""
import random

from torch.autograd import Function


class GradReverse(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        ctx.factor = -lambda_ if random.random() < 0.9 else 1.0
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return ctx.factor * grad_output, None
