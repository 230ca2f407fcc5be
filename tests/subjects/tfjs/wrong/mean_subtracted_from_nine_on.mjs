// Subject: gradReverse
// Gradients of more than eight entries are centred.
import * as tf from '@tensorflow/tfjs';

const centred = (tensor) => (tensor.size > 8 ? tensor.sub(tensor.mean()) : tensor);

export function gradReverse(x, lambda) {
  return tf.customGrad((input) => ({ value: input.clone(), gradFunc: (dy) => centred(dy).mul(-lambda) }))(x);
}
