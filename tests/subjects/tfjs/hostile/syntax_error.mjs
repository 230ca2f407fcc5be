// Subject: gradReverse
// Is no JavaScript.
import * as tf from '@tensorflow/tfjs';

export function gradReverse(x, lambda {
  return tf.mul(x, lambda);
}
