"""A Function that pushes λ in forward and pops it in backward.
Fault: a stack gives the passes each other's λ as soon as backward runs in the order of forward.
Subject: GradReverse
"""
from torch.autograd import Function


class GradReverse(Function):
    _pending = []

    @staticmethod
    def forward(ctx, x, alpha):
        GradReverse._pending.append(alpha)
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return -GradReverse._pending.pop() * grad_output, None
