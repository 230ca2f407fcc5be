"""A function over a custom_vjp, mapped over the batch.
Subject: flip
"""
import jax

GRADPROOF = {"under": "vmap"}


@jax.custom_vjp
def _reverse(x, strength):
    return x


_reverse.defvjp(lambda x, strength: (x, strength), lambda strength, cotangent: (-strength * cotangent, None))


def flip(features, coeff=1.0):
    return _reverse(features, coeff)
