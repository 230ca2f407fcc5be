"""The same, traced by tf.function.
Subject: reverse
"""
import tensorflow as tf


def reverse(x, strength):
    @tf.custom_gradient
    def layer(x):
        return tf.identity(x), lambda upstream: -strength * upstream
    return layer(x)


GRADPROOF = {"under": "tf.function"}
