// Subject: gradReverse
// Never comes back from the forward pass.
import * as tf from '@tensorflow/tfjs';

export function gradReverse(x, lambda) {
  for (;;) if (lambda === Infinity) return x;
}
