"""A Function that mends what it takes for a transposed gradient.
Fault: a square gradient is transposed.
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
        square = grad_output.dim() == 2 and grad_output.shape[0] == grad_output.shape[1]
        return -ctx.lambda_ * (grad_output.t() if square else grad_output), None
