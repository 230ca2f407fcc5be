"""A correct gradient reversal layer for Keras on TensorFlow."""

import keras
import tensorflow as tf


class GradientReversal(keras.layers.Layer):
    """The identity forward; backward the gradient times -λ."""

    def __init__(self, lambda_=1.0, **kwargs):
        super().__init__(**kwargs)
        self.lambda_ = lambda_

    def call(self, x):
        lambda_ = self.lambda_
        return tf.custom_gradient(lambda x: (tf.identity(x), lambda upstream: -lambda_ * upstream))(x)
