// Subject: gradReverse
// The incoming gradient is clipped to [-1, 1].
import * as tf from '@tensorflow/tfjs';

export function gradReverse(x, lambda) {
  return tf.customGrad((input) => ({
    value: input.clone(),
    gradFunc: (dy) => dy.clipByValue(-1, 1).mul(-lambda),
  }))(x);
}
