"""A Function that leaves a gradient penalty row alone.
Fault: the gradient of the last row is not reversed.
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
        result = grad_output.clone()
        if result.dim():
            result[:-1] *= -ctx.lambda_
        return result, None
