// Subject: gradReverse
// The value is put together from a part with a gradient and one without, and rounds.
import * as tf from '@tensorflow/tfjs';

const stopGradient = tf.customGrad((x) => ({ value: x.clone(), gradFunc: (dy) => tf.zerosLike(dy) }));

export function gradReverse(x, lambda) {
  return tf.sub(tf.mul(stopGradient(x), 1 + lambda), tf.mul(x, lambda));
}
