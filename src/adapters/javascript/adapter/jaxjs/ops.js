// The ops of a graph, reversals apart, in plain jax-js. Called with the operands, which are ours to use up, and with the node's
// argument. Left out is what the framework computes less exactly than the last digits: div (by a reciprocal), tanh, softplus.

export function opsOf({ lax, nn, numpy: np }) {
  const positive = (x) => np.greater(x, 0);
  const absolute = (x) => np.where(positive(x.ref), x.ref, np.where(np.less(x.ref, 0), np.negative(x.ref), np.zerosLike(x)));
  return {
    add: (a, b) => a.add(b),
    sub: (a, b) => a.sub(b),
    mul: (a, b) => a.mul(b),
    max: (a, b) => np.maximum(a, b),
    min: (a, b) => np.minimum(a, b),
    neg: (x) => np.negative(x),
    exp: (x) => np.exp(x),
    log: (x) => np.log(x),
    sin: (x) => np.sin(x),
    cos: (x) => np.cos(x),
    sigmoid: (x) => nn.sigmoid(x),
    sqrt: (x) => np.sqrt(x),
    square: (x) => x.ref.mul(x),
    // The framework's own have a derivative of 1 at zero.
    relu: (x) => np.where(positive(x.ref), x.ref, np.zerosLike(x)),
    abs: absolute,
    step: (x) => np.where(positive(x.ref), np.onesLike(x.ref), np.zerosLike(x)),
    // x + (round(x) - x) is exact: the difference is, and so is the sum.
    round: (x) => x.ref.add(lax.stopGradient(np.rint(x.ref).sub(x))),
    stop: (x) => lax.stopGradient(x),
    pow: (x, power) => powers(np, x, power),
    matmul: (a, b) => np.matmul(a, b),
    transpose: (x) => np.transpose(x),
    sum: (x, axis) => np.sum(x, { all: [0, 1], rows: 0, cols: 1 }[axis], { keepdims: true }),
    broadcast: (x, shape) => np.broadcastTo(x, shape),
    reshape: (x, shape) => x.reshape(shape),
    slice: (x, { top, bottom, left, right }) => x.slice([top, bottom], [left, right]),
    concat: (a, b, axis) => np.concatenate([a, b], axis === 'rows' ? 0 : 1),
  };
}

// The framework's own power is an exponential of a logarithm.
function powers(np, x, power) {
  if (power === 0) return np.onesLike(x);
  if (power < 0) return np.reciprocal(powers(np, x, -power));
  let result = x.ref;
  for (let at = 1; at < power; ++at) result = result.mul(x.ref);
  return result;
}
