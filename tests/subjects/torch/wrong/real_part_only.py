"""A Function that keeps the gradient real.
Fault: the imaginary part of a complex gradient is lost.
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
        real = torch.view_as_real(grad)[..., 0] + 0j if grad.is_complex() else grad
        return real * -ctx.scale, None
