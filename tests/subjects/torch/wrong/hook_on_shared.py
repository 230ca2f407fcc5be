"""A reversal by a hook on the input.
Fault: the hook sits on the shared tensor itself, so that the gradient of every other consumer is flipped as well.
Subject: reverse
"""


def reverse(x, lambda_):
    if x.requires_grad:
        x.register_hook(lambda grad: -lambda_ * grad)
    return x
