// Subject: gradReverse
// λ is applied to the value too.
export function gradReverse(x, lambda) {
  return x.mul(-lambda);
}
