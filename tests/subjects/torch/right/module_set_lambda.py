"""An nn.Module whose λ is changed by a method while training goes on.
Subject: DomainReversal
"""
import torch


class _Flip(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, strength):
        ctx.strength = strength
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.strength * grad_output, None


class DomainReversal(torch.nn.Module):
    _lambda = 0.0

    def set_lambda(self, value):
        self._lambda = value

    def forward(self, x):
        return _Flip.apply(x, self._lambda)
