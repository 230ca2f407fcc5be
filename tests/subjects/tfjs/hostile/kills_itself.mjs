// Subject: gradReverse
// Kills its process in the backward pass.
import * as tf from '@tensorflow/tfjs';

export function gradReverse(x, lambda) {
  return tf.customGrad((input) => ({ value: input.clone(), gradFunc: (dy) => process.kill(process.pid, 'SIGKILL') && dy.mul(-lambda) }))(x);
}
