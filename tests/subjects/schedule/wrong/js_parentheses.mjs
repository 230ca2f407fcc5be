// 2 / 1 + e in place of 2 / (1 + e).
//
// Subject: coeff

export function coeff(i, n, lo, hi, alpha) {
  return lo + (hi - lo) * (2 / 1 + Math.exp(-alpha * i / n) - 1);
}
