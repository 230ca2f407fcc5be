// Subject: gradReverse
// λ may be a tensor with one for each row.
// Fault: the mean of the vector is used.
import * as tf from '@tensorflow/tfjs';

export const GRADPROOF = { vector: true };

export function gradReverse(x, lambda) {
  const factor = lambda instanceof tf.Tensor ? tf.neg(lambda).mean() : -lambda;
  const reverse = tf.customGrad((input) => ({
    value: input.clone(),
    gradFunc: (dy) => dy.mul(factor),
  }));
  return reverse(x);
}
