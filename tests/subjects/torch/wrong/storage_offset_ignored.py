"""A Function that walks through the memory of its gradient.
Fault: the walk begins at the start of the storage, and not where the gradient begins in it.
Subject: GradReverse
"""
import torch
from torch.autograd import Function


class GradReverse(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        ctx.lambda_ = lambda_
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        memory = torch.as_strided(grad_output, grad_output.shape, grad_output.stride(), 0)
        return -ctx.lambda_ * memory, None
