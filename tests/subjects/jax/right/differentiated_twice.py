"""Its forward rule calls the function itself, so that a gradient of its gradient goes through the rule again.
Subject: reverse
"""
import jax


@jax.custom_vjp
def reverse(x, strength):
    return x


def forward(x, strength):
    return reverse(x, strength), strength


def backward(strength, cotangent):
    return -strength * cotangent, None


reverse.defvjp(forward, backward)


GRADPROOF = {"twice": True}
