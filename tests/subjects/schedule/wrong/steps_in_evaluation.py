"""Each forward pass is a step, those of a validation too.

Subject: WarmStartReversal
"""

import math

import torch


class Reverse(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, coeff):
        ctx.coeff = coeff
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.coeff * grad_output, None


class WarmStartReversal(torch.nn.Module):
    def __init__(self, n, lo=0.0, hi=1.0, alpha=10.0):
        super().__init__()
        self.n, self.lo, self.hi, self.alpha = n, lo, hi, alpha
        self.i = 0

    def forward(self, x):
        coeff = self.lo + (self.hi - self.lo) * (2 / (1 + math.exp(-self.alpha * self.i / self.n)) - 1)
        self.i += 1
        return Reverse.apply(x, coeff)
