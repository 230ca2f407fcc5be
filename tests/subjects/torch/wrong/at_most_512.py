"""A Function over a work buffer of 512 entries.
Fault: entries beyond the buffer are handed on as they are.
Subject: GradReverse
"""
from torch.autograd import Function

SIZE = 512


class GradReverse(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        ctx.lambda_ = lambda_
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        flat = grad_output.reshape(-1).clone()
        flat[:SIZE] = flat[:SIZE] * -ctx.lambda_
        return flat.reshape(grad_output.shape), None
