// Subject: gradReverse
// Custom gradients are kept by λ to one decimal, so that a λ gets the one that was made for its neighbour.
import * as tf from '@tensorflow/tfjs';

const made = new Map();

export function gradReverse(x, lambda) {
  const key = lambda.toFixed(1);
  if (!made.has(key)) made.set(key, tf.customGrad((input) => ({ value: input.clone(), gradFunc: (dy) => dy.mul(-lambda) })));
  return made.get(key)(x);
}
