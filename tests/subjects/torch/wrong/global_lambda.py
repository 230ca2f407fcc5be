"""An nn.Module whose strength lives in the module's file, where the training loop's schedule can reach it.
Fault: every layer overwrites the one global λ when it is made, so that the last layer made decides for all.
Subject: GradientReversal
"""
from torch import nn
from torch.autograd import Function

_strength = 1.0


class _Reverse(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.strength = _strength
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.strength * grad_output


class GradientReversal(nn.Module):
    def __init__(self, strength=1.0):
        super().__init__()
        self.set_strength(strength)

    def set_strength(self, strength):
        global _strength
        _strength = strength

    def forward(self, x):
        return _Reverse.apply(x)
