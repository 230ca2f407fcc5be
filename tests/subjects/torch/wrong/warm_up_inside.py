"""An nn.Module that brings its own warm-up along.
Fault: λ grows with each forward pass, whatever the caller has set.
Subject: WarmStartReversal
"""
from torch import nn
from torch.autograd import Function


class _Reverse(Function):
    @staticmethod
    def forward(ctx, x, coeff):
        ctx.coeff = coeff
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.coeff * grad_output, None


class WarmStartReversal(nn.Module):
    def __init__(self, lambda_=1.0, steps=1000):
        super().__init__()
        self.lambda_ = lambda_
        self.steps = steps
        self._step = 0

    def forward(self, x):
        self._step = min(self._step + 1, self.steps)
        return _Reverse.apply(x, self.lambda_ * self._step / self.steps)
