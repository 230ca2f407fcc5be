// Subject: gradReverse
// The minus sign is missing.
import * as tf from '@tensorflow/tfjs';

export function gradReverse(x, lambda) {
  return tf.customGrad((input) => ({
    value: input.clone(),
    gradFunc: (dy) => dy.mul(lambda),
  }))(x);
}
