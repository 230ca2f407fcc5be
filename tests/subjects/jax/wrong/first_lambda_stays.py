"""A compiled function that reads λ from its module, which jit does once.
Fault: the λ of the first call is baked into the compiled code.
Subject: Reversal
"""
import jax


class Reversal:
    strength = None

    def __init__(self, strength):
        Reversal.strength = strength
        self.layer = _compiled

    def __call__(self, x):
        return self.layer(x)


@jax.custom_vjp
def _reverse(x, strength):
    return x


_reverse.defvjp(lambda x, strength: (x, strength), lambda strength, cotangent: (-strength * cotangent, None))
_compiled = jax.jit(lambda x: _reverse(x, Reversal.strength))
