// Subject: gradReverse
// The incoming gradient is scaled in its own memory, which belongs to the caller.
import * as tf from '@tensorflow/tfjs';

export function gradReverse(x, lambda) {
  return tf.customGrad((input) => ({
    value: input.clone(),
    gradFunc: (dy) => {
      const memory = dy.dataSync();
      for (let at = 0; at < memory.length; ++at) memory[at] *= -lambda;
      return dy.clone();
    },
  }))(x);
}
