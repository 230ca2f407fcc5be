// Subject: gradReverse
// λ is read as an integer.
import * as tf from '@tensorflow/tfjs';

export function gradReverse(x, lambda) {
  return tf.customGrad((input) => ({
    value: input.clone(),
    gradFunc: (dy) => dy.mul(-parseInt(lambda, 10)),
  }))(x);
}
