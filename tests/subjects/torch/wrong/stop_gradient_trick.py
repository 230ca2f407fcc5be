"""A reversal without a custom backward: (1 + λ) times a detached copy, less λ times the input.
Fault: the two terms don't cancel exactly, so that the value is rounded, and overflows where λ·x does.
Subject: grad_reverse
"""


def grad_reverse(x, lambda_):
    return (1 + lambda_) * x.detach() - lambda_ * x
