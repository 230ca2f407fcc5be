// Subject: gradReverse
// The value is the input itself: the tape takes the two for one tensor, and the gradients of all who use it mix.
import * as tf from '@tensorflow/tfjs';

export function gradReverse(x, lambda) {
  return tf.customGrad((input) => ({
    value: input,
    gradFunc: (dy) => dy.mul(-lambda),
  }))(x);
}
