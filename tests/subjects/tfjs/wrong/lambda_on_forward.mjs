// Subject: gradReverse
// λ is applied to the value too.
import * as tf from '@tensorflow/tfjs';

export function gradReverse(x, lambda) {
  return tf.customGrad((input) => ({
    value: input.mul(lambda),
    gradFunc: (dy) => dy.mul(-lambda),
  }))(x);
}
