"""A Function that declares that it goes backward once, and so may leave autograd in its backward pass.
Subject: GradReverse
"""
from torch.autograd import Function
from torch.autograd.function import once_differentiable


class GradReverse(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        ctx.lambda_ = lambda_
        return x.view_as(x)

    @staticmethod
    @once_differentiable
    def backward(ctx, grad_output):
        return grad_output.data * -ctx.lambda_, None
