"""A Function that smooths the reversed gradient over the batch.
Fault: every sample gets the mean of all samples' gradients.
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
        mean = grad_output.mean(0, keepdim=True) if grad_output.dim() > 1 else grad_output
        return -ctx.lambda_ * mean.expand_as(grad_output), None
