// Subject: gradReverse
// The gradient loses all digits behind the sixth decimal.
import * as tf from '@tensorflow/tfjs';

const rounded = (tensor) => tf.tensor(Array.from(tensor.dataSync(), (entry) => Number(entry.toFixed(6))), tensor.shape);

export function gradReverse(x, lambda) {
  return tf.customGrad((input) => ({ value: input.clone(), gradFunc: (dy) => rounded(dy.mul(-lambda)) }))(x);
}
