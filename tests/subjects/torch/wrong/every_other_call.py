"""An nn.Module for training that alternates between the domains.
Fault: every second forward pass is not reversed.
Subject: AlternatingReversal
"""
from torch import nn
from torch.autograd import Function


class _Reverse(Function):
    @staticmethod
    def forward(ctx, x, factor):
        ctx.factor = factor
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return ctx.factor * grad_output, None


class AlternatingReversal(nn.Module):
    def __init__(self, lambda_=1.0):
        super().__init__()
        self.lambda_ = lambda_
        self.source = False

    def forward(self, x):
        self.source = not self.source
        return _Reverse.apply(x, -self.lambda_ if self.source else 1.0)
