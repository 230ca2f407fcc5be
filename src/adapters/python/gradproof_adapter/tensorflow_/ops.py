"""The ops of a graph, reversals apart, in plain TensorFlow."""

import tensorflow as tf


@tf.custom_gradient
def _straight_through_round(x):
    """Rounds half to even; the gradient passes as if nothing had been done."""
    return tf.round(x), lambda cotangent: cotangent


def _sum(x, axis):
    return tf.reduce_sum(x, axis={"all": (0, 1), "rows": 0, "cols": 1}[axis], keepdims=True)


def _slice(x, bounds):
    top, bottom, left, right = bounds
    return x[top:bottom, left:right]


def _power(x, exponent):
    # The derivative of tf.pow is none at 0, and its powers are rounded where products of small numbers are exact.
    if exponent < 0:
        return 1 / _power(x, -exponent)
    result = tf.ones_like(x) if exponent == 0 else x
    for _ in range(exponent - 1):
        result = result * x
    return result


# Called with the operands' tensors, and with the node's argument where it has one.
OPS = {
    "add": tf.add, "sub": tf.subtract, "mul": tf.multiply, "div": tf.divide, "max": tf.maximum, "min": tf.minimum,
    "neg": tf.negative, "exp": tf.exp, "expm1": tf.math.expm1, "log": tf.math.log, "log1p": tf.math.log1p,
    "logaddexp": lambda a, b: tf.reduce_logsumexp(tf.stack((a, b)), 0),
    "sin": tf.sin, "cos": tf.cos, "tanh": tf.tanh,
    "sigmoid": tf.sigmoid, "softplus": tf.math.softplus, "sqrt": tf.sqrt, "square": tf.square, "relu": tf.nn.relu,
    "abs": tf.abs, "step": lambda x: tf.cast(x > 0, x.dtype), "round": _straight_through_round,
    "stop": tf.stop_gradient, "pow": _power,
    "matmul": tf.matmul, "transpose": tf.transpose, "sum": _sum, "broadcast": tf.broadcast_to, "reshape": tf.reshape,
    "slice": _slice, "concat": lambda a, b, axis: tf.concat((a, b), 0 if axis == "rows" else 1),
}
