// Subject: GradientReversal
// A layer whose λ stands in its configuration.
import * as tf from '@tensorflow/tfjs';

export class GradientReversal extends tf.layers.Layer {
  constructor(config = {}) {
    super(config);
    this.lambda = config.lambda ?? 1;
  }

  call(inputs) {
    const x = Array.isArray(inputs) ? inputs[0] : inputs;
    const { lambda } = this;
    return tf.customGrad((input) => ({ value: input.clone(), gradFunc: (dy) => dy.mul(-lambda) }))(x);
  }

  computeOutputShape(shape) {
    return shape;
  }

  getConfig() {
    return { ...super.getConfig(), lambda: this.lambda };
  }

  static get className() {
    return 'GradientReversal';
  }
}
