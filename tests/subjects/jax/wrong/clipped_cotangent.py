"""A custom_vjp function that keeps gradients small.
Fault: the cotangent is clipped to [-1, 1].
Subject: reverse
"""
import jax
import jax.numpy as jnp


@jax.custom_vjp
def reverse(x, strength):
    return x


def forward(x, strength):
    return x, strength


def backward(strength, cotangent):
    return -strength * jnp.clip(cotangent, -1, 1), None


reverse.defvjp(forward, backward)
