"""A Function that keeps the strengths of the layers in use on a stack.
Fault: each layer applies the product of all strengths on the stack, so that stacked layers square λ.
Subject: GradReverse
"""
import math

from torch.autograd import Function

_strengths = []


class GradReverse(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        _strengths.append(lambda_)
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        strength = math.prod(_strengths)
        _strengths.pop()
        return -strength * grad_output, None
