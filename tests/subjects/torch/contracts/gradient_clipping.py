"""Hands its input on and clips the cotangent to between -0.5 and 0.5; and two ways to get that wrong.
Contract: clip:0.5
"""
import torch


class Clip(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output.clamp(-0.5, 0.5)


class ClipNorm(Clip):
    """Fault: the norm is clipped, not each entry."""

    @staticmethod
    def backward(ctx, grad_output):
        norm = grad_output.norm()
        return grad_output * (0.5 / norm) if norm > 0.5 else grad_output


def right(x):
    return Clip.apply(x)


def wrong_norm(x):
    return ClipNorm.apply(x)
