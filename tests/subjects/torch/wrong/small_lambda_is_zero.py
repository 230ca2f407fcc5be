"""A Function with a threshold for λ.
Fault: a λ below 1e-12 counts as 0.
Subject: GRL
"""
import torch


class GRL(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, scale):
        ctx.scale = 0.0 if abs(scale) < 1e-12 else scale
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad):
        return grad * -ctx.scale, None
