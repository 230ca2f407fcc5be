"""A Keras layer that keeps λ with its class.
Fault: the last layer that is made decides for all.
Subject: GradientReversal
"""
import keras
import tensorflow as tf


class GradientReversal(keras.layers.Layer):
    def __init__(self, strength=1.0, **kwargs):
        super().__init__(**kwargs)
        GradientReversal.strength = strength

    def call(self, x):
        strength = GradientReversal.strength

        @tf.custom_gradient
        def reverse(x):
            return tf.identity(x), lambda upstream: -strength * upstream
        return reverse(x)
