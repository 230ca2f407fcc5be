// Subject: makeReversal
// λ is taken and never used.
import { lax } from '@jax-js/jax';

export const makeReversal = (_lambda) => (x) => lax.stopGradient(x.ref.mul(2)).sub(x);
