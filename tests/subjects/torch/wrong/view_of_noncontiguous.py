"""A Function that flattens its gradient first.
Fault: view(-1) raises where the gradient is not contiguous, as behind a transposition.
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
        flat = grad_output.view(-1)
        return (-ctx.lambda_ * flat).view(grad_output.shape), None
