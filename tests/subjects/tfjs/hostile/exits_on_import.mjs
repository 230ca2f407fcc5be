// Subject: gradReverse
// Ends the process when it is imported.
import * as tf from '@tensorflow/tfjs';

console.error('usage: train.mjs DATA');
process.exit(2);

export function gradReverse(x, lambda) {
  return tf.mul(x, lambda);
}
