// Subject: GRL
// Has no such name.
import * as tf from '@tensorflow/tfjs';

export function grl(x, lambda) {
  return tf.mul(x, lambda);
}
