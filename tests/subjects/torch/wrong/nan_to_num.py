"""A Function that hides a diverged loss.
Fault: NaN and infinite gradients are replaced by numbers.
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
        return -ctx.lambda_ * torch.nan_to_num(grad_output), None
