// Subject: gradReverse
// The input is given back, as if the layer were its last user.
import * as tf from '@tensorflow/tfjs';

const reverse = (lambda) => tf.customGrad((input) => ({ value: input.clone(), gradFunc: (dy) => dy.mul(-lambda) }));

export function gradReverse(x, lambda) {
  const y = reverse(lambda)(x);
  x.dispose();
  return y;
}
