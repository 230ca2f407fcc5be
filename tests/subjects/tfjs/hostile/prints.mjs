// Subject: gradReverse
// Prints everywhere, to descriptor 1 as well, and a line that looks like an answer; but is right.
import * as tf from '@tensorflow/tfjs';

import fs from 'node:fs';

console.log('hello');
process.stdout.write('{"id": 1, "ok": true}\n');
fs.writeSync(1, '{"id": 1, "ok": true}\n');

export function gradReverse(x, lambda) {
  console.log('forward');
  return tf.customGrad((input) => ({ value: input.clone(), gradFunc: (dy) => dy.mul(-lambda) }))(x);
}
