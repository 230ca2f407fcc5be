"""A function that wants to be exact.
Fault: it makes float64 the default dtype of the whole program.
Subject: GRL
"""
import torch


class Reverse(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, scale):
        ctx.scale = scale
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad):
        return grad * -ctx.scale, None


def GRL(x, scale):
    torch.set_default_dtype(torch.float64)
    return Reverse.apply(x, scale)
