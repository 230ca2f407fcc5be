"""A Function that returns the input without a copy.
Fault: .data is the input's own memory behind autograd's back: an in-place operation on the result changes the input.
Subject: GradReverse
"""
from torch.autograd import Function


class GradReverse(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        ctx.lambda_ = lambda_
        return x.data

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.lambda_ * grad_output, None
