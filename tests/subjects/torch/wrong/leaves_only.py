"""A function that looks at where its input comes from.
Fault: what another operation has made is handed on: only parameters and data are reversed.
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
    return Reverse.apply(x, scale) if x.is_leaf else x.view_as(x)
