"""An nn.Module whose strength stands in a registry, under a key that its copies inherit.
Fault: setting a copy's λ sets the original's.
Subject: GradientReversal
"""
from itertools import count

from torch import nn
from torch.autograd import Function

_strengths = {}
_next = count()


class _Reverse(Function):
    @staticmethod
    def forward(ctx, x, alpha):
        ctx.alpha = alpha
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.alpha * grad_output, None


class GradientReversal(nn.Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.key = next(_next)
        self.set_alpha(alpha)

    def set_alpha(self, alpha):
        _strengths[self.key] = alpha

    def forward(self, x):
        return _Reverse.apply(x, _strengths[self.key])
