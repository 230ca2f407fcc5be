"""A Function that mixes up what it saved and what it was given.
Fault: the gradient is -λ times the value, whatever the incoming gradient is.
Subject: GradReverse
"""
from torch.autograd import Function


class GradReverse(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        ctx.lambda_ = lambda_
        ctx.save_for_backward(x)
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        x, = ctx.saved_tensors
        return -ctx.lambda_ * x, None
