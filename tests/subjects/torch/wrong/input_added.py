"""A Function with a weight decay of its own.
Fault: a part of the input is added to the gradient.
Subject: GRL
"""
import torch


class GRL(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, scale):
        ctx.scale = scale
        ctx.save_for_backward(x)
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad):
        return grad * -ctx.scale + 1e-4 * ctx.saved_tensors[0], None
