"""A Function that keeps λ in bounds smoothly.
Fault: tanh(λ) is used.
Subject: GradReverse
"""
import math

from torch.autograd import Function


class GradReverse(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        ctx.lambda_ = math.tanh(lambda_)
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.lambda_ * grad_output, None
