// Subject: gradReverse
// The saved input stands where the incoming gradient belongs.
import * as tf from '@tensorflow/tfjs';

export function gradReverse(x, lambda) {
  return tf.customGrad((input) => ({
    value: input.clone(),
    gradFunc: () => tf.mul(input, -lambda),
  }))(x);
}
