"""A Function that centres the gradient of what is large enough.
Fault: the mean of more than eight entries is subtracted.
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
        centred = grad - grad.mean() if grad.numel() > 8 else grad
        return centred * -ctx.scale, None
