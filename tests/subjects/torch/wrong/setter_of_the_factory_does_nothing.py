"""A factory whose result carries a set_lambda.
Fault: set_lambda binds a name of its own, where nonlocal was meant, so that λ stays as it was made.
Subject: make
"""
from torch.autograd import Function


class _Reverse(Function):
    @staticmethod
    def forward(ctx, x, strength):
        ctx.strength = strength
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.strength * grad_output, None


def make(strength):
    def layer(x):
        return _Reverse.apply(x, strength)

    def set_lambda(value):
        strength = value
        return strength

    layer.set_lambda = set_lambda
    return layer
