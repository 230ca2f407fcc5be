"""A Function that gives every sample a strength, all the same one so far.
Fault: a vector with an entry for each row is multiplied along the columns.
Subject: GradReverse
"""
from torch.autograd import Function


class GradReverse(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        rows = x.shape[0] if x.dim() else 1
        ctx.weights = x.new_full((rows,), lambda_)
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.weights * grad_output, None
