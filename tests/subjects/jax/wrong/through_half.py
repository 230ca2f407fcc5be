"""A custom_vjp function that sends the gradient through half precision.
Fault: the gradient is rounded to float16.
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
    return (-strength * cotangent).astype(jnp.float16).astype(cotangent.dtype), None


reverse.defvjp(forward, backward)
