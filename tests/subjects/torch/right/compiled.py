"""A factory whose layers are compiled already.
Subject: make
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


def make(scale):
    return torch.compile(lambda x: Reverse.apply(x, scale), backend="aot_eager")
