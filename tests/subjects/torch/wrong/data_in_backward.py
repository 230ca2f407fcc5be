"""A Function in the style of old tutorials.
Fault: .data cuts the backward pass off, so that the second derivative is zero.
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
        return grad_output.data.neg() * ctx.lambda_, None
