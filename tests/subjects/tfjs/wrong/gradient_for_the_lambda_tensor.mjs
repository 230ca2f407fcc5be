// Subject: gradReverse
// λ is a scalar tensor and an input of the custom gradient, which gives it the derivative of -λ·x·dy: training moves a λ that is a variable.
import * as tf from '@tensorflow/tfjs';

export const gradReverse = tf.customGrad((x, lambda, save) => {
  save([x, lambda]);
  return {
    value: x.clone(),
    gradFunc: (dy, [input, strength]) => [dy.mul(strength.neg()), dy.mul(input).sum().neg()],
  };
});
