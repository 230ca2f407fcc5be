// Subject: gradReverse
// The minus sign is missing.
import { lax } from '@jax-js/jax';

export function gradReverse(x, lambda) {
  const scaled = x.ref.mul(lambda);
  return lax.stopGradient(x).add(scaled.ref.sub(lax.stopGradient(scaled)));
}
