"""A Function that takes tiny gradients for noise.
Fault: cotangents below 1e-6 are set to zero.
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
        return -ctx.lambda_ * torch.where(grad_output.abs() < 1e-6, 0.0, grad_output), None
