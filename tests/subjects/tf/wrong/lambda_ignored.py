"""A Keras layer that takes λ.
Fault: λ is ignored.
Subject: GradientReversal
"""
import keras
import tensorflow as tf


class GradientReversal(keras.layers.Layer):
    def __init__(self, strength=1.0, **kwargs):
        super().__init__(**kwargs)
        self.strength = strength

    def call(self, x):
        strength = self.strength

        @tf.custom_gradient
        def reverse(x):
            return tf.identity(x), lambda upstream: -upstream
        return reverse(x)
