"""A function that looks at where its input comes from.
Fault: a tensor that nothing has computed is handed on as it is.
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
    return x.view_as(x) if x.is_leaf else Reverse.apply(x, scale)
