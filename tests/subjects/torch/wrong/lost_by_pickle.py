"""An nn.Module that keeps its checkpoints small.
Fault: __getstate__ leaves λ out, so that a layer that is read back reverses with the default.
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
    alpha = 1.0

    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha

    def __deepcopy__(self, memo):
        return type(self)(self.alpha)

    def __getstate__(self):
        return {name: value for name, value in self.__dict__.items() if name != "alpha"}

    def forward(self, x):
        return _Reverse.apply(x, self.alpha)
