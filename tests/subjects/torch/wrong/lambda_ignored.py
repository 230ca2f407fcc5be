"""An autograd.Function that takes λ.
Fault: λ is stored and never used, so that the gradient is multiplied by -1.
Subject: ReverseLayerF
"""
from torch.autograd import Function


class ReverseLayerF(Function):
    @staticmethod
    def forward(ctx, x, alpha):
        ctx.alpha = alpha
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output.neg(), None
