"""An nn.Module that prepares its reversal in the constructor.
Fault: functools.partial holds the λ of the constructor; set_lambda changes an attribute that nobody reads.
Subject: DomainReversal
"""
import functools

from torch import nn
from torch.autograd import Function


class _Reverse(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        ctx.lambda_ = lambda_
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.lambda_ * grad_output, None


class DomainReversal(nn.Module):
    def __init__(self, lambda_=1.0):
        super().__init__()
        self.lambda_ = lambda_
        self._reverse = functools.partial(self._apply_with, strength=lambda_)

    @staticmethod
    def _apply_with(x, strength):
        return _Reverse.apply(x, strength)

    def set_lambda(self, lambda_):
        self.lambda_ = lambda_

    def forward(self, x):
        return self._reverse(x)
