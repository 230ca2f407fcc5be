"""A module that remembers its last call.
Fault: a λ that is set between two calls with one tensor has no effect on the second.
Subject: GradientReversal
"""
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
        self.last = None, None

    def forward(self, x):
        if self.last[0] is not x:
            self.last = x, _Reverse.apply(x, self.alpha)
        return self.last[1]
