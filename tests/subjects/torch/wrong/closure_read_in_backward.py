"""A factory whose result carries a set_lambda.
Fault: backward reads the closure's λ, so that one that was set after the forward pass is applied.
Subject: make
"""
from torch.autograd import Function


def make(strength):
    class Reverse(Function):
        @staticmethod
        def forward(ctx, x):
            return x.view_as(x)

        @staticmethod
        def backward(ctx, grad_output):
            return -strength * grad_output

    def layer(x):
        return Reverse.apply(x)

    def set_lambda(value):
        nonlocal strength
        strength = value

    layer.set_lambda = set_lambda
    return layer
