// Subject: GradientReversal
// All layers of the file share one λ: the last one made decides for all.
import * as tf from '@tensorflow/tfjs';

let strength = 1;

export class GradientReversal extends tf.layers.Layer {
  constructor({ lambda = 1, ...config } = {}) {
    super(config);
    strength = lambda;
  }

  call(inputs) {
    const x = Array.isArray(inputs) ? inputs[0] : inputs;
    return tf.customGrad((input) => ({ value: input.clone(), gradFunc: (dy) => dy.mul(-strength) }))(x);
  }

  static get className() {
    return 'GradientReversal';
  }
}
