// The ops of a graph, reversals apart, in plain TensorFlow.js. Called with the operands, and with the node's argument.

export function opsOf(tf) {
  // An op with a gradient of its own; both are functions of x, so that it can be differentiated again.
  const declared = (value, gradient) => (x) =>
    tf.customGrad((given) => ({ value: value(given), gradFunc: (dy) => gradient(dy, given) }))(x);

  return {
    add: (a, b) => tf.add(a, b),
    sub: (a, b) => tf.sub(a, b),
    mul: (a, b) => tf.mul(a, b),
    div: (a, b) => tf.div(a, b),
    max: (a, b) => tf.maximum(a, b),
    min: (a, b) => tf.minimum(a, b),
    neg: (x) => tf.neg(x),
    exp: (x) => tf.exp(x),
    log: (x) => tf.log(x),
    sin: (x) => tf.sin(x),
    cos: (x) => tf.cos(x),
    tanh: (x) => tf.tanh(x),
    sigmoid: (x) => tf.sigmoid(x),
    // log(1 + exp(x)), accurate on both sides; the framework's own switches to x above a threshold.
    softplus: declared((x) => tf.add(tf.relu(x), tf.log1p(tf.exp(tf.neg(tf.abs(x))))), (dy, x) => tf.mul(dy, tf.sigmoid(x))),
    sqrt: (x) => tf.sqrt(x),
    square: (x) => tf.square(x),
    relu: (x) => tf.relu(x),
    // The framework's own has the derivative -1 at zero.
    abs: declared((x) => tf.abs(x), (dy, x) => tf.mul(dy, tf.sign(x))),
    step: (x) => tf.step(x),
    round: declared((x) => tf.round(x), (dy) => tf.clone(dy)),
    stop: declared((x) => tf.clone(x), (dy) => tf.zerosLike(dy)),
    pow: (x, power) => powers(tf, x, power),
    matmul: (a, b) => tf.matMul(a, b),
    transpose: (x) => tf.transpose(x),
    sum: (x, axis) => tf.sum(x, { all: [0, 1], rows: 0, cols: 1 }[axis], true),
    broadcast: (x, shape) => tf.broadcastTo(x, shape),
    reshape: (x, shape) => tf.reshape(x, shape),
    slice: (x, { top, bottom, left, right }) => tf.slice(x, [top, left], [bottom - top, right - left]),
    concat: (a, b, axis) => tf.concat([a, b], axis === 'rows' ? 0 : 1),
  };
}

// The framework's own power has a gradient that takes the logarithm of x for the exponent's sake.
function powers(tf, x, power) {
  if (power === 0) return tf.onesLike(x);
  return tf.pow(x, tf.scalar(power));
}
