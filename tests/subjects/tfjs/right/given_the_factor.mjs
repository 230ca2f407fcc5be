// Subject: gradScale
// It multiplies by what it is given: whoever wants a reversal gives it -λ.
import * as tf from '@tensorflow/tfjs';

export const GRADPROOF = { convention: 'factor' };

export function gradScale(x, scale) {
  return tf.customGrad((input) => ({ value: input.clone(), gradFunc: (dy) => dy.mul(scale) }))(x);
}
