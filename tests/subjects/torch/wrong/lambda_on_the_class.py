"""A Function that keeps λ on the class, where the backward pass finds it.
Fault: the last forward pass decides the strength of every layer that is still waiting for its backward pass.
Subject: GradReverse
"""
from torch.autograd import Function


class GradReverse(Function):
    lambd = 1.0

    @staticmethod
    def forward(ctx, x, lambd):
        GradReverse.lambd = lambd
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return -GradReverse.lambd * grad_output, None
