"""A Function that undoes the weight of the domain loss.
Fault: the gradient is divided by λ.
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
        return -grad_output / ctx.lambda_ if ctx.lambda_ else grad_output * 0.0, None
