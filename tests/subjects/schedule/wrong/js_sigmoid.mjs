// The sigmoid alone.
//
// Subject: coeff

export function coeff(step, maxIters, low, high, gamma) {
  return low + (high - low) / (1 + Math.exp(-gamma * step / maxIters));
}
