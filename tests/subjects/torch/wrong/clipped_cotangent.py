"""A Function that keeps the reversed gradient from exploding.
Fault: the incoming gradient is clipped to between -1 and 1.
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
        return -ctx.lambda_ * grad_output.clamp(-1.0, 1.0), None
