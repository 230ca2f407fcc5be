"""A function that wants to be reproducible.
Fault: it seeds the random numbers of the whole program.
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
    torch.manual_seed(0)
    return Reverse.apply(x, scale)
