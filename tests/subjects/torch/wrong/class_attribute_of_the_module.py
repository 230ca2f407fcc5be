"""An nn.Module with a setter that every copy of the layer is meant to hear.
Fault: λ is stored on the class, so that the last writer decides for all layers.
Subject: GRL
"""
from torch import nn
from torch.autograd import Function


class _Flip(Function):
    @staticmethod
    def forward(ctx, x, alpha):
        ctx.alpha = alpha
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output.neg() * ctx.alpha, None


class GRL(nn.Module):
    alpha = 1.0

    def __init__(self, alpha=1.0):
        super().__init__()
        type(self).alpha = alpha

    def set_alpha(self, alpha):
        type(self).alpha = alpha

    def forward(self, x):
        return _Flip.apply(x, self.alpha)
