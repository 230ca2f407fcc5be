"""An nn.Module with a __deepcopy__ of its own, since it once held a lock.
Fault: the copy is made with the default strength, so that λ is lost.
Subject: GradientReversal
"""
from torch import nn
from torch.autograd import Function


class _Reverse(Function):
    @staticmethod
    def forward(ctx, x, alpha):
        ctx.alpha = alpha
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.alpha * grad_output, None


class GradientReversal(nn.Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha

    def __deepcopy__(self, memo):
        copy = type(self)()
        memo[id(self)] = copy
        return copy

    def forward(self, x):
        return _Reverse.apply(x, self.alpha)
