// Subject: gradReverse
// The only form that jax-js has without a custom gradient, as it is usually written: it rounds.
import { lax } from '@jax-js/jax';

export function gradReverse(x, lambda) {
  return lax.stopGradient(x.ref.mul(1 + lambda)).sub(x.mul(lambda));
}
