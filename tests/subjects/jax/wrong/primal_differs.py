"""A custom_vjp function that does more than its forward rule.
Fault: without a gradient the value is multiplied by λ.
Subject: reverse
"""
import jax


@jax.custom_vjp
def reverse(x, strength):
    return strength * x


def forward(x, strength):
    return x, strength


def backward(strength, cotangent):
    return -strength * cotangent, None


reverse.defvjp(forward, backward)
