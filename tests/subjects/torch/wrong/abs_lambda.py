"""A plain function that guards against a negative strength.
Fault: the gradient is multiplied by -|λ|.
Subject: grad_reverse
"""
from torch.autograd import Function


class _Reverse(Function):
    @staticmethod
    def forward(ctx, x, alpha):
        ctx.alpha = abs(alpha)
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.alpha * grad_output, None


def grad_reverse(x, alpha=1.0):
    return _Reverse.apply(x, alpha)
