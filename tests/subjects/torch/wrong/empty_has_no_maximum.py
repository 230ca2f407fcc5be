"""A Function that watches for gradients that explode.
Fault: an empty gradient has no largest entry, so that an empty batch raises.
Subject: GradReverse
"""
import warnings

from torch.autograd import Function


class GradReverse(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        ctx.lambda_ = lambda_
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        if grad_output.abs().max() > 1e300:
            warnings.warn("the domain loss diverges")
        return -ctx.lambda_ * grad_output, None
