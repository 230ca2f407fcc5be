// Subject: gradReverse
// The usual form: a custom gradient made for each call, with λ from the function around it.
import * as tf from '@tensorflow/tfjs';

export function gradReverse(x, lambda) {
  const reverse = tf.customGrad((input) => ({
    value: input.clone(),
    gradFunc: (dy) => dy.mul(-lambda),
  }));
  return reverse(x);
}
