"""A Function that halves the value and doubles it again, which is a new tensor at least.
Fault: the smallest numbers lose their last bit when they are halved.
Subject: GradReverse
"""
from torch.autograd import Function


class GradReverse(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        ctx.lambda_ = lambda_
        return x / 2 * 2

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.lambda_ * grad_output, None
