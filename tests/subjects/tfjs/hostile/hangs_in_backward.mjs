// Subject: gradReverse
// Never comes back from the backward pass.
import * as tf from '@tensorflow/tfjs';

export function gradReverse(x, lambda) {
  return tf.customGrad((input) => ({
    value: input.clone(),
    gradFunc: (dy) => {
      for (;;) if (lambda === Infinity) return dy;
    },
  }))(x);
}
