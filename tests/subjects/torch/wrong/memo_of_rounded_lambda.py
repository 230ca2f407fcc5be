"""A function that keeps a layer for each λ.
Fault: the key is λ to one decimal, so that a λ gets the layer of its neighbour.
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


MADE = {}


def GRL(x, scale):
    return MADE.setdefault(f"{scale:.1f}", lambda tensor: Reverse.apply(tensor, scale))(x)
