// Subject: gradReverse
// The input is given back once the gradient is known, as if nobody could need it any more.
import * as tf from '@tensorflow/tfjs';

export function gradReverse(x, lambda) {
  return tf.customGrad((input) => ({
    value: input.clone(),
    gradFunc: (dy) => {
      x.dispose();
      return dy.mul(-lambda);
    },
  }))(x);
}
