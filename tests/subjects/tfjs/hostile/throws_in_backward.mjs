// Subject: gradReverse
// Throws in the backward pass.
import * as tf from '@tensorflow/tfjs';

export function gradReverse(x, lambda) {
  return tf.customGrad((input) => ({ value: input.clone(), gradFunc: (dy) => dy.mul(-lamda(lambda)) }))(x);
}
