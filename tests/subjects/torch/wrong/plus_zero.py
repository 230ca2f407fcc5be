"""A Function that makes a new tensor by adding zero.
Fault: x + 0 turns -0.0 into 0.0, so that the forward pass is not the identity in bits.
Subject: GradReverse
"""
from torch.autograd import Function


class GradReverse(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        ctx.lambda_ = lambda_
        return x + 0

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.lambda_ * grad_output, None
