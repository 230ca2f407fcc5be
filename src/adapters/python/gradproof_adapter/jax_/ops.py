"""The ops of a graph, reversals apart, in plain JAX."""

import jax
import jax.numpy as jnp
from jax import lax


@jax.custom_vjp
def _straight_through_round(x):
    """Rounds half to even; the gradient passes as if nothing had been done."""
    return jnp.round(x)


# Its own forward rule, so that the value passes straight through as well when a gradient is differentiated once more.
_straight_through_round.defvjp(lambda x: (_straight_through_round(x), None), lambda _, cotangent: (cotangent,))


def _sum(x, axis):
    return jnp.sum(x, axis={"all": (0, 1), "rows": 0, "cols": 1}[axis], keepdims=True)


def _slice(x, bounds):
    top, bottom, left, right = bounds
    return x[top:bottom, left:right]


def _power(x, exponent):
    return lax.integer_pow(x, exponent)


def _softplus(x):
    return jnp.logaddexp(x, jnp.zeros_like(x))


# Called with the operands' arrays, which have one dtype and shape, so that lax will do, and with the node's argument where it has one.
OPS = {
    "add": lax.add, "sub": lax.sub, "mul": lax.mul, "div": lax.div, "max": lax.max, "min": lax.min,
    "neg": lax.neg, "exp": lax.exp, "expm1": lax.expm1, "log": lax.log, "log1p": lax.log1p,
    "logaddexp": lambda a, b: jax.nn.logsumexp(jnp.stack((a, b)), 0),
    "sin": lax.sin, "cos": lax.cos, "tanh": lax.tanh,
    "sigmoid": lax.logistic, "softplus": _softplus, "sqrt": lax.sqrt, "square": lax.square, "relu": jax.nn.relu,
    "abs": lax.abs, "step": lambda x: (x > 0).astype(x.dtype), "round": _straight_through_round,
    "stop": lax.stop_gradient, "pow": _power,
    "matmul": lambda a, b: jnp.matmul(a, b, precision="highest"), "transpose": jnp.transpose, "sum": _sum,
    "broadcast": jnp.broadcast_to, "reshape": jnp.reshape, "slice": _slice,
    "concat": lambda a, b, axis: jnp.concatenate((a, b), 0 if axis == "rows" else 1),
}
