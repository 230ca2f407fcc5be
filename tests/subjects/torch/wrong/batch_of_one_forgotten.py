"""A Function that takes a batch of one row for a sample without a batch.
Fault: it is not reversed.
Subject: GradReverse
"""
from torch.autograd import Function


class GradReverse(Function):
    @staticmethod
    def forward(ctx, x, alpha):
        ctx.alpha = alpha
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        if grad_output.dim() > 1 and grad_output.shape[0] == 1:
            return grad_output, None
        return -ctx.alpha * grad_output, None
