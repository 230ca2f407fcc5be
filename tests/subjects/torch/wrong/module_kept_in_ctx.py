"""An nn.Module that hands itself to the Function, so that the backward pass can look λ up.
Fault: λ is read in the backward pass, from the module.
Subject: ReverseLayer
"""
from torch import nn
from torch.autograd import Function


class _Reverse(Function):
    @staticmethod
    def forward(ctx, x, layer):
        ctx.layer = layer
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.layer.coeff * grad_output, None


class ReverseLayer(nn.Module):
    def __init__(self, coeff=1.0):
        super().__init__()
        self.coeff = coeff

    def forward(self, x):
        return _Reverse.apply(x, self)
