// Subject: gradReverse
// The tensor is used twice without a reference of its own, which jax-js refuses.
export function gradReverse(x, lambda) {
  return x.mul(-lambda).add(x.mul(1 + lambda));
}
