"""A Function with a typing error in its backward pass.
Fault: the backward pass raises AttributeError.
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
        return -ctx.lamda * grad_output, None
