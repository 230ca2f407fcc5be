"""A Function that computes its gradient once.
Fault: a repeated backward pass gives the first gradient again, whatever the new cotangent.
Subject: GradReverse
"""
from torch.autograd import Function


class GradReverse(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        ctx.lambda_ = lambda_
        ctx.result = None
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        if ctx.result is None:
            ctx.result = -ctx.lambda_ * grad_output
        return ctx.result, None
