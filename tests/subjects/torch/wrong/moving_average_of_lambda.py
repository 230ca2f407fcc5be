"""A module with set_lambda.
Fault: a λ that is set is blended into the one before.
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

    def set_lambda(self, value):
        self.alpha = 0.9 * self.alpha + 0.1 * value

    def forward(self, x):
        return _Reverse.apply(x, self.alpha)
