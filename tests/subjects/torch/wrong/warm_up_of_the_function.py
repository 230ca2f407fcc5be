"""A Function that counts its calls on the class.
Fault: λ grows with the number of forward passes so far.
Subject: GradReverse
"""
from torch.autograd import Function


class GradReverse(Function):
    calls = 0

    @staticmethod
    def forward(ctx, x, lambda_):
        GradReverse.calls += 1
        ctx.lambda_ = lambda_ * min(1.0, GradReverse.calls / 50)
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.lambda_ * grad_output, None
