"""A Function that centres the gradient of the batch.
Fault: the mean of the gradient is subtracted.
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
        centred = grad_output - grad_output.mean() if grad_output.numel() else grad_output
        return -ctx.lambda_ * centred, None
