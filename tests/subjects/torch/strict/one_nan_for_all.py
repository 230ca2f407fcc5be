"""A module that reverses, and cleans up its input.
Fault: a NaN comes out as the usual one, whatever it was.
Subject: GradReverse
"""
import torch
from torch.autograd import Function


class GradReverse(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        ctx.lambda_ = lambda_
        return torch.where(torch.isnan(x), torch.full_like(x, float("nan")), x)

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output * -ctx.lambda_, None
