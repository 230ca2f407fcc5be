// Subject: gradReverse
// The incoming gradient is given back after use, although it belongs to the caller, who may need it for another branch.
import * as tf from '@tensorflow/tfjs';

export function gradReverse(x, lambda) {
  return tf.customGrad((input) => ({
    value: input.clone(),
    gradFunc: (dy) => {
      const gradient = dy.mul(-lambda);
      dy.dispose();
      return gradient;
    },
  }))(x);
}
