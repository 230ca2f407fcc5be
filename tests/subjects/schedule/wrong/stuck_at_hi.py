"""The count that forward reads is not the one that step() moves on, as on the replicas of DataParallel.

Subject: WarmStartReversal
"""

import copy

import torch


class Reverse(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, coeff):
        ctx.coeff = coeff
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.coeff * grad_output, None


class Reversal(torch.nn.Module):
    coeff = 1.0

    def forward(self, x):
        return Reverse.apply(x, self.coeff)


class WarmStartReversal(torch.nn.Module):
    def __init__(self, n, lo=0.0, hi=1.0, alpha=10.0):
        super().__init__()
        self.n, self.lo, self.hi, self.alpha = n, lo, hi, alpha
        self.reversal = Reversal()
        self.i = 0

    def forward(self, x):
        return copy.copy(self.reversal)(x)

    def step(self):
        self.i += 1
        replica = copy.copy(self.reversal)
        replica.coeff = self.lo + (self.hi - self.lo) * torch.sigmoid(torch.tensor(self.alpha * self.i / self.n)).item()
