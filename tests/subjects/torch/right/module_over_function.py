"""An nn.Module that takes λ in its constructor and wraps a Function.
Subject: GradientReversal
"""
from torch import nn
from torch.autograd import Function


class _Reverse(Function):
    @staticmethod
    def forward(ctx, x, alpha):
        ctx.alpha = alpha
        return x.clone()

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output.neg() * ctx.alpha, None


class GradientReversal(nn.Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha

    def forward(self, x):
        return _Reverse.apply(x, self.alpha)
