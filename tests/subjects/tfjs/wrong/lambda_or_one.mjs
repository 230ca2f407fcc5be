// Subject: gradReverse
// λ = 0 counts as not given.
import * as tf from '@tensorflow/tfjs';

export function gradReverse(x, lambda) {
  const strength = lambda || 1;
  return tf.customGrad((input) => ({
    value: input.clone(),
    gradFunc: (dy) => dy.mul(-strength),
  }))(x);
}
