"""Hands its input on and scales the gradient by 0.25; and one that stops it.
Contract: scale:0.25
"""
import torch


class Scale(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return 0.25 * grad_output


def right(x):
    return Scale.apply(x)


def stopped(x):
    return x.detach()


def wrong_reversed(x):
    return (x * -0.25) + (x * 1.25).detach()
