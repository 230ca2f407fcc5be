// The schedule of DANN.
//
// Subject: coeff

export const coeff = (i, n, lo = 0, hi = 1, alpha = 10) => lo + (hi - lo) * Math.tanh(alpha * i / n / 2);
