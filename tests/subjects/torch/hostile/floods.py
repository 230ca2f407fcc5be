"""A right layer that logs far too much.
Fault: none, but the first forward pass prints 50 MB.
Subject: GRL
"""
from torch.autograd import Function

lines = ["x" * 999] * 50_000


class GRL(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        while lines:
            print(lines.pop())
        ctx.lambda_ = lambda_
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.lambda_ * grad_output, None
