"""A Keras layer that takes λ.
Fault: λ is clamped to [0, 1].
Subject: GradientReversal
"""
import keras
import tensorflow as tf


class GradientReversal(keras.layers.Layer):
    def __init__(self, strength=1.0, **kwargs):
        super().__init__(**kwargs)
        self.strength = min(max(strength, 0.0), 1.0)

    def call(self, x):
        strength = self.strength

        @tf.custom_gradient
        def reverse(x):
            return tf.identity(x), lambda upstream: -strength * upstream
        return reverse(x)
