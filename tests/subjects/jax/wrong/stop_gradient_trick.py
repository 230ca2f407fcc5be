"""The reversal without a rule of its own, from two terms.
Fault: the value is rounded on its way through two terms.
Subject: reverse
"""
from jax.lax import stop_gradient


def reverse(x, strength):
    return (1 + strength) * stop_gradient(x) - strength * x
