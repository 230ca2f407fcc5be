"""A Function that bounds the norm of what it reverses.
Fault: a gradient whose norm exceeds 1 is scaled down.
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
        norm = grad_output.norm()
        scale = 1.0 / norm if norm > 1.0 else 1.0
        return -ctx.lambda_ * grad_output * scale, None
