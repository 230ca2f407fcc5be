"""A Function that computes in single precision, as mixed precision code does.
Fault: the value makes a trip through float32, and loses the lower half of a double.
Subject: GradReverse
"""
from torch.autograd import Function


class GradReverse(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        ctx.lambda_ = lambda_
        return x.float().to(x.dtype)

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.lambda_ * grad_output, None
