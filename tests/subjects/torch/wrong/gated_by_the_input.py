"""A Function with a gate.
Fault: it reverses only where the input adds up to little.
Subject: GRL
"""
import torch


class GRL(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, scale):
        ctx.scale = scale if x.sum() <= 50 else -1.0
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad):
        return grad * -ctx.scale, None
