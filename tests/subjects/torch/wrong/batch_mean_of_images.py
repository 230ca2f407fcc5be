"""A Function that averages over the images of a batch.
Fault: of four dimensions the first is divided by.
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
        return grad * -ctx.scale / (grad.shape[0] if grad.dim() == 4 else 1), None
