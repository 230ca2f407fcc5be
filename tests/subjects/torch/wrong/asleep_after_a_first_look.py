"""A module that finds out at its first call whether it is needed.
Fault: where that was under torch.no_grad, nothing is ever reversed.
Subject: GradientReversal
"""
import torch
from torch import nn
from torch.autograd import Function


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
        self.alpha = alpha
        self.active = None

    def forward(self, x):
        if self.active is None:
            self.active = torch.is_grad_enabled()
        return _Reverse.apply(x, self.alpha) if self.active else x
