"""A Function that got a third argument, and a backward for two.
Fault: backward returns two gradients for three arguments.
Subject: GradReverse
"""
from torch.autograd import Function


class GradReverse(Function):
    @staticmethod
    def forward(ctx, x, lambda_, verbose=False):
        ctx.lambda_ = lambda_
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.lambda_ * grad_output,


def grad_reverse(x, lambda_=1.0):
    return GradReverse.apply(x, lambda_, False)
