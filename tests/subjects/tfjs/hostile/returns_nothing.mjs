// Subject: gradReverse
// Forgets to return.
import * as tf from '@tensorflow/tfjs';

export function gradReverse(x, lambda) {
  tf.customGrad((input) => ({ value: input.clone(), gradFunc: (dy) => dy.mul(-lambda) }))(x);
}
