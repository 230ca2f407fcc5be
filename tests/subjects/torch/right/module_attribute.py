"""An nn.Module that has its λ in a public attribute.
Subject: GRL
"""
from torch import nn
from torch.autograd import Function


class _GRL(Function):
    @staticmethod
    def forward(ctx, x, weight):
        ctx.weight = weight
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.weight * grad_output, None


class GRL(nn.Module):
    def __init__(self):
        super().__init__()
        self.grl_weight = 1.0

    def forward(self, input):
        return _GRL.apply(input, self.grl_weight)
