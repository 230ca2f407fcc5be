"""A function that hands λ to the hook by a queue.
Fault: first in, first out: where two passes nest, each takes the other's λ.
Subject: reverse
"""
from collections import deque

_waiting = deque()


def reverse(x, lambda_):
    y = x.clone()
    if y.requires_grad:
        _waiting.append(lambda_)
        y.register_hook(lambda grad: -_waiting.popleft() * grad)
    return y
