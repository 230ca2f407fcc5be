"""λ is an argument that is not differentiated, and reaches both rules as it is.
Subject: grl
"""
import functools

import jax


@functools.partial(jax.custom_vjp, nondiff_argnums=(1,))
def grl(x, lam):
    return x


def _forward(x, lam):
    return x, None


def _backward(lam, _, cotangent):
    return (-lam * cotangent,)


grl.defvjp(_forward, _backward)
