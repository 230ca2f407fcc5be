"""A module in a module; λ may be given at the call, and is the constructor's otherwise.
Subject: Head
"""
from torch import nn
from torch.autograd import Function


class _Reverse(Function):
    @staticmethod
    def forward(ctx, x, lambd):
        ctx.lambd = lambd
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.lambd * grad_output, None


class Reverse(nn.Module):
    def __init__(self, lambd=1.0):
        super().__init__()
        self.lambd = lambd

    def forward(self, x, lambd=None):
        return _Reverse.apply(x, self.lambd if lambd is None else lambd)


class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.reverse = Reverse()

    def forward(self, x, lambd=None):
        return self.reverse(x, lambd)
