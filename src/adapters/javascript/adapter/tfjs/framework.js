// TensorFlow.js, on its CPU backend: eager tensors of float32, and a tape.
import { CaseTrouble, SubjectTrouble } from '../trouble.js';
import { opsForTwice, opsOf } from './ops.js';

const DTYPES = { float32: 'f32', int32: 'i32', bool: 'bool', complex64: 'c64' };

export async function open(module, version) {
  const tf = module.default?.engine ? module.default : module;
  if (!(await tf.setBackend('cpu'))) throw new SubjectTrouble('import', 'TensorFlow.js has no CPU backend here');
  await tf.ready();
  const engine = tf.engine();

  // Each input's gradient for the cotangents of the outputs. The outputs are put together by an op that hands each of
  // them its cotangent as it is, without a product that would copy it.
  const pulled = (outputs, inputs, cotangents) => {
    const join = tf.customGrad(() => ({ value: tf.scalar(0), gradFunc: () => cotangents }));
    return engine.gradients(() => join(...outputs), inputs, null, true).grads.map((each) => each ?? null);
  };

  return {
    name: 'tfjs',
    title: 'TensorFlow.js',
    description: `TensorFlow.js ${version}`,
    dtypes: ['f32'],
    ops: opsOf(tf),
    opsForTwice: opsForTwice(tf),
    hasEmpty: true,
    layerName: 'tf.layers.Layer',
    wanted: 'a function f(x, λ), a factory make(λ), a tf.layers.Layer class or an instance of one, or an object with a method call',

    isTensor: (thing) => thing instanceof tf.Tensor,
    isLayer: (thing) => tf.layers !== undefined && thing instanceof tf.layers.Layer,
    shape: (tensor) => tensor.shape,
    dtype: (tensor) => DTYPES[tensor.dtype] ?? tensor.dtype,
    use: (tensor) => tensor,
    tensor: (numbers, shape) => tf.tensor(numbers instanceof Float32Array ? numbers : Float32Array.from(numbers), shape, 'float32'),
    ones: (like) => tf.onesLike(like),
    useText: '{x}',
    vectorText: 'tf.tensor1d({numbers})',
    asTensorText: 'tf.scalar({lambda})',
    setAttributeText: (owner, name) => setAttributeText(tf, owner, name),
    asTensor: (strength) => tf.scalar(strength),
    numberOf: (thing) => numberOf(tf, thing),
    trainable: (layer) => Object.values(layer).filter((each) => each instanceof tf.Variable && each.trainable),
    setAttribute: (owner, name, strength) => setAttribute(tf, owner, name, strength),
    written: (tensor) => written(tensor),
    watch,

    // Runs the action with a tape for all that it does, and frees its tensors. A gradient asked for within another one
    // finds every op since the outer one began, so that it may be asked for at any time, and again.
    session: (action) => {
      let result;
      tf.tidy(() => {
        engine.gradients(() => {
          result = action();
          return tf.scalar(0);
        }, [tf.scalar(0)], null, true);
      });
      return result;
    },
    differentiate: (forward, inputs) => {
      const outputs = forward(inputs);
      return { outputs, pull: (cotangents) => pulled(outputs, inputs, cotangents) };
    },
    differentiateLater: (y, x, cotangent) => pulled([y], [x], [cotangent])[0],
    weightedSum: (gradients) => {
      const weights = (each) => tf.tensor(Float32Array.from({ length: each.size }, (_, at) => at + 1), each.shape);
      return gradients.map((each) => tf.sum(tf.mul(each, weights(each)))).reduce((a, b) => tf.add(a, b), tf.scalar(0));
    },
  };
}

function numberOf(tf, thing) {
  if (typeof thing === 'number') return thing;
  return thing instanceof tf.Tensor && thing.size === 1 && !thing.isDisposed ? thing.dataSync()[0] : NaN;
}

// Sets λ as what the attribute is now: a variable, a tensor, or a number.
function setAttribute(tf, owner, name, strength) {
  const now = owner[name];
  // A vector takes the place of whatever is there.
  if (strength instanceof tf.Tensor) {
    owner[name] = tf.keep(strength);
    return;
  }
  if (now instanceof tf.Variable) now.assign(tf.fill(now.shape, strength));
  else owner[name] = now instanceof tf.Tensor ? tf.keep(tf.fill(now.shape, strength)) : strength;
}

// The same as source text, of an owner that is written {layer}.
function setAttributeText(tf, owner, name) {
  const at = `{layer}.${name}`;
  if (owner[name] instanceof tf.Variable) return `${at}.assign(tf.fill(${at}.shape, {lambda}));`;
  return owner[name] instanceof tf.Tensor ? `${at} = tf.keep(tf.fill(${at}.shape, {lambda}));` : `${at} = {lambda};`;
}

function bytesOf(tensor) {
  const data = tensor.dataSync();
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

// What has been done to the tensor since: its memory, which the CPU backend hands out as it is, holds something else, or it was given back.
function watch(tensor) {
  const memory = bytesOf(tensor);
  const before = Buffer.from(memory);
  return () => {
    if (!before.equals(memory)) return 'overwritten';
    return tensor.isDisposed ? 'freed' : '';
  };
}

function written(tensor) {
  if (!Object.hasOwn(DTYPES, tensor.dtype) || tensor.isDisposed)
    throw new CaseTrouble('returned', `a tensor ${tensor.isDisposed ? 'that is disposed of' : `of ${tensor.dtype}`}`);
  return { dtype: DTYPES[tensor.dtype], shape: tensor.shape, data: Buffer.from(bytesOf(tensor)).toString('base64') };
}
