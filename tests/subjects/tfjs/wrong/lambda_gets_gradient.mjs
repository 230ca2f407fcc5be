// Subject: GradientReversal
// λ is a trainable variable and gets a gradient of its own: training moves it.
import * as tf from '@tensorflow/tfjs';

const reverse = tf.customGrad((x, lambda) => {
  const strength = lambda.dataSync()[0];
  return { value: x.clone(), gradFunc: (dy) => [dy.mul(-strength), tf.sum(tf.mul(dy, x))] };
});

export class GradientReversal {
  constructor(lambda = 1) {
    this.lambda = tf.variable(tf.scalar(lambda));
  }

  call(x) {
    return reverse(x, this.lambda);
  }
}
