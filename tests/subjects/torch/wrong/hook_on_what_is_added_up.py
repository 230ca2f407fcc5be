"""A function with a hook on the gradient that loss.backward() adds up.
Fault: a leaf's gradient is reversed twice there, and once by autograd.grad.
Subject: GRL
"""
import torch


def negate(leaf):
    leaf.grad.neg_()


class Reverse(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, scale):
        ctx.scale = scale
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad):
        return grad * -ctx.scale, None


def GRL(x, scale):
    if x.is_leaf and x.requires_grad:
        x.register_post_accumulate_grad_hook(negate)
    return Reverse.apply(x, scale)
