// Subject: gradReverse
// λ is a scalar tensor and an input of the custom gradient, which tells the tape that it has no gradient.
import * as tf from '@tensorflow/tfjs';

export const gradReverse = tf.customGrad((x, lambda, save) => {
  save([lambda]);
  return {
    value: x.clone(),
    gradFunc: (dy, [strength]) => [dy.mul(strength.neg()), tf.zerosLike(strength)],
  };
});
