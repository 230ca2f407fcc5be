"""A factory: the layer is a Function that closes over λ.
Subject: make_grl
"""
from torch.autograd import Function


def make_grl(lambd):
    class Reverse(Function):
        @staticmethod
        def forward(ctx, x):
            return x.view_as(x)

        @staticmethod
        def backward(ctx, grad_output):
            return -lambd * grad_output

    return Reverse.apply
