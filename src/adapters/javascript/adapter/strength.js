import { CaseTrouble } from './trouble.js';

// A layer whose λ is fixed and told has no other.
export function checkStrength(bound, strength) {
  if (bound.isFixed && bound.fixedStrength !== null && strength !== bound.fixedStrength)
    throw new CaseTrouble('unsupported', `the layer's λ is fixed at ${bound.fixedStrength}; ${strength} is needed`);
}
