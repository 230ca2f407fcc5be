"""An nn.Module that is told λ at every forward pass, as a schedule would do it.
Subject: ReverseLayer
"""
from torch import nn
from torch.autograd import Function


class ReverseLayerF(Function):
    @staticmethod
    def forward(ctx, x, alpha):
        ctx.alpha = alpha
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        output = grad_output.neg() * ctx.alpha
        return output, None


class ReverseLayer(nn.Module):
    def forward(self, features, alpha):
        return ReverseLayerF.apply(features, alpha)
