"""A Function that scales the gradient's memory, row by row.
Fault: where the gradient is expanded, all rows are one row in memory, which is multiplied once for each.
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
        grad = grad_output.data
        if 0 not in grad.stride():
            return -ctx.lambda_ * grad_output, None
        for row in grad:
            row.mul_(-ctx.lambda_)
        return grad, None
