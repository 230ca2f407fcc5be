// Subject: GradientReversal
// A layer that is given λ by a method, as a schedule does it before each step.
import * as tf from '@tensorflow/tfjs';

export class GradientReversal extends tf.layers.Layer {
  #strength = 0;

  setLambda(value) {
    this.#strength = value;
  }

  call(inputs) {
    const x = Array.isArray(inputs) ? inputs[0] : inputs;
    const strength = this.#strength;
    return tf.customGrad((input) => ({ value: tf.clone(input), gradFunc: (dy) => tf.neg(tf.mul(dy, strength)) }))(x);
  }

  static get className() {
    return 'GradientReversal';
  }
}
