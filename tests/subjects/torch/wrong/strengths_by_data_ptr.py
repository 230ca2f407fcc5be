"""A Function that finds its λ again by the address of the data.
Fault: two layers on one input have one address, so that the second λ replaces the first.
Subject: GradReverse
"""
from torch.autograd import Function

_strengths = {}


class GradReverse(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        ctx.place = x.data_ptr()
        _strengths[ctx.place] = lambda_
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return -_strengths[ctx.place] * grad_output, None
