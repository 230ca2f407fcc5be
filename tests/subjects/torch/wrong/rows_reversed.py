"""A Function that takes reversal at its word.
Fault: the order of the rows is reversed with the sign.
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
        flipped = grad_output.flip(0) if grad_output.dim() else grad_output
        return -ctx.lambda_ * flipped, None
