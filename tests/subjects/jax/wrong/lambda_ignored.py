"""A custom_vjp function that always negates.
Fault: λ is ignored.
Subject: reverse
"""
import jax


@jax.custom_vjp
def reverse(x, strength):
    return x


def forward(x, strength):
    return x, strength


def backward(strength, cotangent):
    return -cotangent, None


reverse.defvjp(forward, backward)
