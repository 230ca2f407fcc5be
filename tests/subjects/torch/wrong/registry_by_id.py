"""An nn.Module that keeps the strengths of all layers in one table, for a logger.
Fault: the table is keyed by id(), which a copy has not: a copied layer falls back to 1.
Subject: LoggedReversal
"""
from torch import nn
from torch.autograd import Function

STRENGTHS = {}


class _Reverse(Function):
    @staticmethod
    def forward(ctx, x, lambd):
        ctx.lambd = lambd
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.lambd * grad_output, None


class LoggedReversal(nn.Module):
    def __init__(self, lambd=1.0):
        super().__init__()
        self.set_lambd(lambd)

    def set_lambd(self, lambd):
        STRENGTHS[id(self)] = lambd

    def forward(self, x):
        return _Reverse.apply(x, STRENGTHS.get(id(self), 1.0))
