"""A Function that takes the loss for a sum over the batch.
Fault: the gradient is divided by the size of the batch.
Subject: GradReverse
"""
from torch.autograd import Function


class GradReverse(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        ctx.lambda_ = lambda_
        ctx.batch = x.shape[0] if x.dim() else 1
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.lambda_ * grad_output / ctx.batch, None
