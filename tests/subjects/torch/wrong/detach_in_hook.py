"""A hook on a clone that wants to save memory.
Fault: detach in the hook cuts double backward.
Subject: reverse
"""


def reverse(x, lambda_):
    y = x.clone()
    if y.requires_grad:
        y.register_hook(lambda grad: -lambda_ * grad.detach())
    return y
