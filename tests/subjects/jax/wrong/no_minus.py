"""A custom_vjp function that scales.
Fault: the minus sign is missing.
Subject: reverse
"""
import jax


@jax.custom_vjp
def reverse(x, strength):
    return x


def forward(x, strength):
    return x, strength


def backward(strength, cotangent):
    return strength * cotangent, None


reverse.defvjp(forward, backward)
