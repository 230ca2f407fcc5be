"""An nn.Module with λ in a double precision buffer, filled in place; each forward pass takes its value along.
Subject: GradientReversal
"""
import torch
from torch import nn
from torch.autograd import Function


class _Reverse(Function):
    @staticmethod
    def forward(ctx, x, strength):
        ctx.strength = strength
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.strength * grad_output, None


class GradientReversal(nn.Module):
    def __init__(self, lambda_=1.0):
        super().__init__()
        self.register_buffer("lambda_", torch.tensor(float(lambda_), dtype=torch.float64))

    def set_lambda(self, value):
        self.lambda_.fill_(value)

    def forward(self, x):
        return _Reverse.apply(x, self.lambda_.item())
