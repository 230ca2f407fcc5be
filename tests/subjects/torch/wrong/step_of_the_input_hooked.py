"""A function with a hook on the step that made its input.
Fault: all that uses the input is reversed.
Subject: GRL
"""
import torch


def GRL(x, scale):
    if x.grad_fn is not None:
        x.grad_fn.register_prehook(lambda grads: tuple(-scale * grad for grad in grads))
        return x.view_as(x)
    y = x.view_as(x)
    y.register_hook(lambda grad: -scale * grad)
    return y
