"""The first gradient reversal layer, a builder for TensorFlow 1, in TensorFlow 2's graph mode.

feature = X W1: the gradient of its sum with respect to W1 holds the column sums of X, and behind the layer, with λ = 1,
their negatives. One builder has to serve a whole process: names are registered for good, and each builder begins at 0.
"""

import tensorflow.compat.v1 as tf

tf.disable_eager_execution()

X = (("0.89340167", "-0.15996276", "0.21874999"), ("0.55430546", "0.46005", "0.35957455"))
W1 = ((0.5, -0.25), (0.125, 0.75), (-0.375, 1.0))


class FlipGradientBuilder:
    """Registers a gradient for each of its calls, and has the identity use it in place of its own."""

    def __init__(self):
        self.num_calls = 0

    def __call__(self, x, l=1.0):
        name = f"FlipGradient{self.num_calls}"
        tf.RegisterGradient(name)(lambda op, grad: [tf.negative(grad) * l])
        with tf.get_default_graph().gradient_override_map({"Identity": name}):
            y = tf.identity(x)
        self.num_calls += 1
        return y


flip_gradient = FlipGradientBuilder()


def main():
    x = tf.constant([[float(entry) for entry in row] for row in X], tf.float64)
    w1 = tf.constant(W1, tf.float64)
    feature = tf.matmul(x, w1)
    with tf.Session() as session:
        for title, layer in (("without the layer", tf.identity), ("behind the layer", flip_gradient),
                             ("and once more", flip_gradient)):
            gradient, = tf.gradients(tf.reduce_sum(layer(feature)), [w1])
            print(f"{title}, num_calls {flip_gradient.num_calls}")
            for row in session.run(gradient):
                print("  " + "  ".join(f"{entry:+.8f}" for entry in row))


if __name__ == "__main__":
    main()
