"""A layer that counts its steps, and shows its coefficient only by what it does.

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
    def __init__(self, alpha=1.0, lo=0.0, hi=1.0, max_iters=1000, auto_step=False):
        super().__init__()
        self.alpha, self.lo, self.hi = alpha, lo, hi
        self.max_iters = max_iters
        self.auto_step = auto_step
        self.iter_num = 0

    def forward(self, x):
        height = self.hi - self.lo
        coeff = 2.0 * height / (1.0 + math.exp(-self.alpha * self.iter_num / self.max_iters)) - height + self.lo
        if self.auto_step:
            self.step()
        return Reverse.apply(x, coeff)

    def step(self):
        self.iter_num += 1
