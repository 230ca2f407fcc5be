"""A function that wants no part in the graph but its hook.
Fault: the clone is made under no_grad, so that nothing behind it gets a gradient.
Subject: reverse
"""
import torch


def reverse(x, lambda_):
    with torch.no_grad():
        y = x.clone()
    y.requires_grad_(x.requires_grad)
    if y.requires_grad:
        y.register_hook(lambda grad: -lambda_ * grad)
    return y
