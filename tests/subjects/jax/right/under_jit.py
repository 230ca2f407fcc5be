"""A custom_vjp function, compiled.
Subject: reverse
"""
import jax


@jax.custom_vjp
def reverse(x, strength):
    return x


def forward(x, strength):
    return x, strength


def backward(strength, cotangent):
    return -strength * cotangent, None


reverse.defvjp(forward, backward)


GRADPROOF = {"under": "jit"}
