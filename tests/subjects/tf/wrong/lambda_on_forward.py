"""A function over tf.custom_gradient.
Fault: the value is multiplied by λ.
Subject: reverse
"""
import tensorflow as tf


def reverse(x, strength):
    @tf.custom_gradient
    def layer(x):
        return strength * x, lambda upstream: -strength * upstream
    return layer(x)
