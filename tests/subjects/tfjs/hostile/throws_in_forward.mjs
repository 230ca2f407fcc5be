// Subject: gradReverse
// Throws in the forward pass.
import * as tf from '@tensorflow/tfjs';

export function gradReverse(x, lambda) {
  if (lambda === lambda) throw new RangeError('expected 4 dimensions');
  return tf.clone(x);
}
