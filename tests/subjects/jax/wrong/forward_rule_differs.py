"""A custom_vjp function whose forward rule does more than the function.
Fault: the forward rule multiplies by λ, which shows only where a gradient is asked for.
Subject: reverse
"""
import jax


@jax.custom_vjp
def reverse(x, strength):
    return x


def forward(x, strength):
    return strength * x, strength


def backward(strength, cotangent):
    return -strength * cotangent, None


reverse.defvjp(forward, backward)
