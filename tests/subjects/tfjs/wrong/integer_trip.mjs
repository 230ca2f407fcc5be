// Subject: gradReverse
// The gradient takes a trip through integers and loses its fraction.
import * as tf from '@tensorflow/tfjs';

export function gradReverse(x, lambda) {
  return tf.customGrad((input) => ({
    value: input.clone(),
    gradFunc: (dy) => dy.cast('int32').cast('float32').mul(-lambda),
  }))(x);
}
