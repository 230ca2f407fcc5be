// Subject: gradReverse
// The sign of λ is lost.
import * as tf from '@tensorflow/tfjs';

export function gradReverse(x, lambda) {
  return tf.customGrad((input) => ({
    value: input.clone(),
    gradFunc: (dy) => dy.mul(-Math.abs(lambda)),
  }))(x);
}
