// Subject: gradReverse
// λ is a member of an object of options.
import * as tf from '@tensorflow/tfjs';

export function gradReverse(x, { lambda = 1 } = {}) {
  return tf.customGrad((input) => ({ value: tf.clone(input), gradFunc: (dy) => tf.mul(dy, tf.scalar(-lambda)) }))(x);
}
