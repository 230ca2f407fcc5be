"""No Function at all: a hook on a clone, which only the layer's consumers share.
Subject: reverse
"""


def reverse(x, lambda_):
    y = x.clone()
    if y.requires_grad:
        y.register_hook(lambda grad: -lambda_ * grad)
    return y
