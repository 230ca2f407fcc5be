// Subject: gradReverse
// Ends the process in the forward pass.
import * as tf from '@tensorflow/tfjs';

export function gradReverse(x, lambda) {
  process.exit(lambda === undefined ? 0 : 3);
}
