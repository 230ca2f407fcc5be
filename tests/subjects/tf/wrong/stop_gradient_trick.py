"""The reversal without a rule of its own, from two terms.
Fault: the value is rounded on its way through two terms.
Subject: reverse
"""
import tensorflow as tf


def reverse(x, strength):
    return (1 + strength) * tf.stop_gradient(x) - strength * x
