"""A custom_vjp function that takes one λ, or one for each row.
Subject: reverse
"""
import jax
import jax.numpy as jnp

GRADPROOF = {"vector": True}


@jax.custom_vjp
def reverse(x, strength):
    return x


def backward(strength, g):
    if jnp.ndim(strength) == 1:
        strength = strength[:, None]
    return -strength * g, None


reverse.defvjp(lambda x, strength: (x, strength), backward)
