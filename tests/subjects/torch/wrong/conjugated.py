"""A Function with the formula for holomorphic functions.
Fault: the gradient of a complex tensor is conjugated, on real ones nothing is seen.
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
        return grad.conj() * -ctx.scale, None
