"""A Function that was copied from one that takes λ first.
Fault: backward returns the gradient in λ's place, and None for the input.
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
        return None, -ctx.lambda_ * grad_output
