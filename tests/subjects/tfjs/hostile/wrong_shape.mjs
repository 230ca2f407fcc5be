// Subject: gradReverse
// Gives another shape.
import * as tf from '@tensorflow/tfjs';

export function gradReverse(x, lambda) {
  return tf.customGrad((input) => ({ value: input.expandDims(0), gradFunc: (dy) => dy.squeeze([0]).mul(-lambda) }))(x);
}
