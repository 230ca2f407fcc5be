// A correct gradient reversal layer for TensorFlow.js.
import * as tf from '@tensorflow/tfjs';

// The identity forward; backward the gradient times -λ.
export function gradReverse(x, lambda) {
  return tf.customGrad((input) => ({ value: input.clone(), gradFunc: (upstream) => upstream.mul(-lambda) }))(x);
}
