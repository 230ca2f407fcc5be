// Subject: reversal
// An object with a method forward and an attribute alpha.
import * as tf from '@tensorflow/tfjs';

export const reversal = {
  alpha: 1,
  forward(x) {
    const { alpha } = this;
    return tf.customGrad((input) => ({ value: input.clone(), gradFunc: (dy) => dy.mul(-alpha) }))(x);
  },
};
