"""A Function with a momentum.
Fault: a part of the gradient of the call before is added, where the shapes are equal.
Subject: GRL
"""
import torch


class Last:
    gradient = None


class GRL(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, scale):
        ctx.scale = scale
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad):
        own = grad * -ctx.scale
        if Last.gradient is not None and Last.gradient.shape == own.shape and Last.gradient.dtype == own.dtype:
            own = 0.9 * own + 0.1 * Last.gradient
        Last.gradient = own.detach().clone()
        return own, None
