import { CaseTrouble } from './trouble.js';

// λ as what the layer is given: the factor -λ itself, where its author says so.
export const handed = (bound, strength) => (bound.isFactor ? -strength : strength);

// A layer whose λ is fixed and told has no other.
export function checkStrength(bound, strength) {
  if (bound.isFixed && bound.fixedStrength !== null && strength !== bound.fixedStrength)
    throw new CaseTrouble('unsupported', `the layer's λ is fixed at ${bound.fixedStrength}; ${strength} is needed`);
}
