// The ops of a graph, reversals apart, in plain TensorFlow.js. Called with the operands, and with the node's argument.

// An op with a gradient of its own; both are functions of the operands, so that it can be differentiated again. What is handed over
// beside the operands is left aside.
const declaring = (tf) => (value, gradient) => {
  const operands = (given) => given.slice(0, value.length);
  const op = tf.customGrad((...given) => ({ value: value(...operands(given)), gradFunc: (dy) => gradient(dy, ...operands(given)) }));
  return (...given) => op(...operands(given));
};

// Where a gradient is made of the op's own result, TensorFlow.js takes that for a constant when it differentiates once more, and those
// of max, min and relu compare, which it can't differentiate at all. These have the same gradients as functions of the operands.
export function opsForTwice(tf) {
  const declared = declaring(tf);
  const ops = opsOf(tf);
  const times = (dy, slope) => tf.mul(dy, slope);
  const exceeds = (a, b) => tf.step(tf.sub(a, b));
  const selected = (dy, second) => [times(dy, tf.sub(1, second)), times(dy, second)];
  const pow = (x, power) =>
    declared((given) => ops.pow(given, power),
      (dy, given) => (power === 0 ? tf.zerosLike(given) : times(dy, tf.mul(power, pow(given, power - 1)))))(x);
  return {
    ...ops,
    exp: declared(ops.exp, (dy, x) => times(dy, tf.exp(x))),
    tanh: declared(ops.tanh, (dy, x) => times(dy, tf.sub(1, tf.square(tf.tanh(x))))),
    sigmoid: declared(ops.sigmoid, (dy, x) => times(dy, tf.mul(tf.sigmoid(x), tf.sub(1, tf.sigmoid(x))))),
    logaddexp: declared(ops.logaddexp, (dy, a, b) => [times(dy, tf.exp(tf.sub(a, ops.logaddexp(a, b)))), times(dy, tf.exp(tf.sub(b, ops.logaddexp(a, b))))]),
    relu: declared(ops.relu, (dy, x) => times(dy, tf.step(x))),
    max: declared(ops.max, (dy, a, b) => selected(dy, exceeds(b, a))),
    min: declared(ops.min, (dy, a, b) => selected(dy, exceeds(a, b))),
    pow,
  };
}

export function opsOf(tf) {
  const declared = declaring(tf);
  return {
    add: (a, b) => tf.add(a, b),
    sub: (a, b) => tf.sub(a, b),
    mul: (a, b) => tf.mul(a, b),
    div: (a, b) => tf.div(a, b),
    max: (a, b) => tf.maximum(a, b),
    min: (a, b) => tf.minimum(a, b),
    neg: (x) => tf.neg(x),
    exp: (x) => tf.exp(x),
    expm1: (x) => tf.expm1(x),
    log: (x) => tf.log(x),
    log1p: (x) => tf.log1p(x),
    logaddexp: (a, b) => tf.logSumExp(tf.stack([a, b]), 0),
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
