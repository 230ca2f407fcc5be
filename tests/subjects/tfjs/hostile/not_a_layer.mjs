// Subject: GRL
// Is a number.
import * as tf from '@tensorflow/tfjs';

export const GRL = tf.ENV === undefined ? 0.5 : 0.25;
