"""A function that forgets to reverse.
Fault: no gradient passes.
Subject: reverse
"""
import jax


def reverse(x, strength):
    return jax.lax.stop_gradient(x)
