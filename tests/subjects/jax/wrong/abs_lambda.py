"""A custom_vjp function for positive λ.
Fault: |λ| is used.
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
    return -jnp.abs(strength) * cotangent, None


reverse.defvjp(forward, backward)
