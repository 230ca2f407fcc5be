"""An nn.Module that traces its reversal at the first call, for speed.
Fault: torch.jit.trace writes the λ of the first call into the trace as a constant; set_alpha changes nothing later.
Subject: TracedReversal
"""
import warnings

import torch
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


class TracedReversal(nn.Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha
        self._traced = None

    def set_alpha(self, alpha):
        self.alpha = alpha

    def forward(self, x):
        if self._traced is None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self._traced = torch.jit.trace(lambda t: _Reverse.apply(t, self.alpha), x, check_trace=False)
        return self._traced(x)
