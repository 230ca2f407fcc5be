"""A Function in the manner of a loss scaler.
Fault: one infinite entry, and the whole gradient is zeros.
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
        if not torch.isfinite(grad_output).all():
            return torch.zeros_like(grad_output), None
        return -ctx.lambda_ * grad_output, None
