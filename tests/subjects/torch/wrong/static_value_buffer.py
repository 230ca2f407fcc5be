"""A Function that keeps its outputs, one for each shape and dtype, from pass to pass.
Fault: a second forward pass of that shape overwrites the value that the first one has given out.
Subject: GradReverse
"""
import torch
from torch.autograd import Function

_values = {}


class GradReverse(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        ctx.lambda_ = lambda_
        key = x.shape, x.dtype
        if key not in _values:
            _values[key] = torch.empty_like(x)
        return _values[key].copy_(x).data

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.lambda_ * grad_output, None
