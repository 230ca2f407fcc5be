"""A function over tf.custom_gradient.
Fault: the gradient is divided by the batch size.
Subject: reverse
"""
import tensorflow as tf


def reverse(x, strength):
    @tf.custom_gradient
    def layer(x):
        return tf.identity(x), lambda upstream: -strength * upstream / tf.cast(max((upstream.shape.as_list() or [1])[0], 1), upstream.dtype)
    return layer(x)
