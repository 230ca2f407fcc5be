"""A module that compares its input with the one before.
Fault: λ is doubled where the two differ.
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


class GRL(torch.nn.Module):
    def __init__(self, scale=1.0):
        super().__init__()
        self.scale = scale
        self.seen = None

    def forward(self, x):
        known = self.seen is None or self.seen.shape != x.shape or torch.equal(self.seen, x.detach())
        self.seen = x.detach().clone()
        return Reverse.apply(x, self.scale if known else 2 * self.scale)
