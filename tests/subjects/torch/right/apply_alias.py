"""The Function's apply under a name of its own, with λ first.
Subject: reverse_gradient
"""
from torch.autograd import Function


class _ReverseGradient(Function):
    @staticmethod
    def forward(ctx, lambda_, x):
        ctx.lambda_ = lambda_
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return None, -(grad_output * ctx.lambda_)


reverse_gradient = _ReverseGradient.apply
