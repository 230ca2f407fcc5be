"""A Function that returns a tensor of its own and tidies up the old one.
Fault: the input, which belongs to others, is cleared after it has been copied.
Subject: GradReverse
"""
from torch.autograd import Function


class GradReverse(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        ctx.lambda_ = lambda_
        y = x.clone()
        x.data.zero_()
        return y

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.lambda_ * grad_output, None
