"""A module that does not compute twice what it is asked twice.
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
        self.seen = []

    def forward(self, x):
        for before, result in self.seen:
            if before is x:
                return result
        self.seen.append((x, _Reverse.apply(x, self.alpha)))
        return self.seen[-1][1]
