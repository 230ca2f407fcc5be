// Subject: gradReverse
// Exact for finite values and a right gradient, but infinities become NaN.
import { lax } from '@jax-js/jax';

export function gradReverse(x, lambda) {
  const scaled = x.ref.mul(lambda);
  return lax.stopGradient(x).add(lax.stopGradient(scaled.ref).sub(scaled));
}
