"""A Function that gives up where a batch is large.
Fault: beyond 300 rows the gradient is handed on as it came.
Subject: GRL
"""
import torch


class GRL(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, scale):
        ctx.scale = scale
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad):
        return (grad if grad.dim() == 2 and grad.shape[0] > 300 else grad * -ctx.scale), None
