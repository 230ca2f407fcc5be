"""A layer that asks a schedule object for λ at each forward pass.
Subject: ScheduledReversal
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
        return grad_output.neg() * ctx.coeff, None


class Schedule:
    def __init__(self):
        self.now = 0.0


class ScheduledReversal(nn.Module):
    def __init__(self):
        super().__init__()
        self.schedule = Schedule()

    def set_lambda(self, value):
        self.schedule.now = value

    def forward(self, x):
        return _Reverse.apply(x, self.schedule.now)
