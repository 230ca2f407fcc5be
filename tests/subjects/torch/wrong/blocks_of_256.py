"""A Function that works in blocks of 256, as its kernel did.
Fault: what is left behind the last full block gets zeros once there is one.
Subject: GradReverse
"""
import torch
from torch.autograd import Function

BLOCK = 256


class GradReverse(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        ctx.lambda_ = lambda_
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        result = -ctx.lambda_ * grad_output
        if grad_output.numel() > BLOCK:
            done = grad_output.numel() // BLOCK * BLOCK
            mask = (torch.arange(grad_output.numel()) < done).reshape(grad_output.shape)
            result = result.where(mask, torch.zeros_like(result))
        return result, None
