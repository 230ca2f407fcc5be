"""A Function that shakes λ, against overfitting.
Fault: two equal calls give different gradients.
Subject: GradReverse
"""
import random

from torch.autograd import Function


class GradReverse(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        ctx.lambda_ = lambda_ * random.uniform(0.9, 1.1)
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.lambda_ * grad_output, None
