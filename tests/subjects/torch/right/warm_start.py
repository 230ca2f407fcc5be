"""A layer with a schedule of its own, from lo to hi, which goes on by step(). Between equal bounds λ stays where it is.
Subject: WarmStartReversal
"""
import math

from torch import nn
from torch.autograd import Function


class _Reverse(Function):
    @staticmethod
    def forward(ctx, x, coeff):
        ctx.coeff = coeff
        return x * 1.0

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output.neg() * ctx.coeff, None


class WarmStartReversal(nn.Module):
    def __init__(self, alpha=1.0, lo=0.0, hi=1.0, max_iters=1000.0, auto_step=False):
        super().__init__()
        self.alpha, self.lo, self.hi, self.max_iters, self.auto_step = alpha, lo, hi, max_iters, auto_step
        self.iter_num = 0

    def forward(self, x):
        height = self.hi - self.lo
        coeff = 2.0 * height / (1.0 + math.exp(-self.alpha * self.iter_num / self.max_iters)) - height + self.lo
        if self.auto_step:
            self.step()
        return _Reverse.apply(x, coeff)

    def step(self):
        self.iter_num += 1
