"""A reversal by two branches, of which the second carries the gradient.
Fault: x·2 - x is not x where x·2 overflows, and loses nothing elsewhere.
Subject: grad_reverse
"""
from torch.autograd import Function


class _Scale(Function):
    @staticmethod
    def forward(ctx, x, factor):
        ctx.factor = factor
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return ctx.factor * grad_output, None


def grad_reverse(x, lambda_):
    fixed = x.detach()
    return _Scale.apply(x, -lambda_) + (fixed * 2 - fixed) - fixed
