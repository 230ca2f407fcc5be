"""A hook on a clone that returns nothing and changes its argument.
Fault: the gradient that the hook is handed belongs to others as well.
Subject: reverse
"""


def reverse(x, lambda_):
    y = x.view_as(x)
    if y.requires_grad:
        def flip(grad):
            grad.data.mul_(-lambda_)
        y.register_hook(flip)
    return y
