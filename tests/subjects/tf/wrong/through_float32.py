"""A function over tf.custom_gradient.
Fault: the value goes through float32.
Subject: reverse
"""
import tensorflow as tf


def reverse(x, strength):
    @tf.custom_gradient
    def layer(x):
        return tf.cast(tf.cast(x, tf.float32), x.dtype), lambda upstream: -strength * upstream
    return layer(x)
