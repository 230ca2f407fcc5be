"""A Function that keeps its result buffers, one for each shape and dtype, from pass to pass.
Fault: a second reversal of that shape overwrites the gradient that the first one has given back.
Subject: GradReverse
"""
import torch
from torch.autograd import Function

_results = {}


class GradReverse(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        ctx.lambda_ = lambda_
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        result = _results.setdefault((grad_output.shape, grad_output.dtype), torch.empty_like(grad_output))
        return torch.mul(grad_output, -ctx.lambda_, out=result), None
