"""TensorFlow 1's builder, in eager mode.
Fault: without a graph the override is ignored silently.
Subject: flip_gradient
"""
import tensorflow.compat.v1 as tf
from tensorflow.python.framework import ops


class FlipGradientBuilder:
    """Each call registers a gradient under a new name, and overrides that of the identity with it."""

    def __init__(self):
        self.num_calls = 0

    def __call__(self, x, l=1.0):
        name = "FlipGradient%d" % self.num_calls

        @ops.RegisterGradient(name)
        def _flip(op, grad):
            return [tf.negative(grad) * l]

        with tf.get_default_graph().gradient_override_map({"Identity": name}):
            y = tf.identity(x)
        self.num_calls += 1
        return y


flip_gradient = FlipGradientBuilder()
