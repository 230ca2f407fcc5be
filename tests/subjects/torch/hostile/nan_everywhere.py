"""A Function that answers NaN for everything.
Fault: value and gradient are NaN.
Subject: GRL
"""
import torch
from torch.autograd import Function


class GRL(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        return torch.full_like(x, float("nan"))

    @staticmethod
    def backward(ctx, grad_output):
        return torch.full_like(grad_output, float("nan")), None
