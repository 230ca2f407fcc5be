// Subject: gradReverse
// λ is taken and never used.
import * as tf from '@tensorflow/tfjs';

export function gradReverse(x, lambda = 1) {
  return tf.customGrad((input) => ({
    value: input.clone(),
    gradFunc: (dy) => dy.neg(),
  }))(x);
}
