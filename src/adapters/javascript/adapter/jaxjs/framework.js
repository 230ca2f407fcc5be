// jax-js, on its CPU device: immutable arrays, and functions that are transformed. It has no custom gradient, so that every
// layer is put together from ordinary ops and stopGradient.
//
// The device that users have, in WebAssembly, computes float64 transcendentals to the accuracy of float32; the graphs around
// the layer would be blamed on it.
import { CaseTrouble, SubjectTrouble } from '../trouble.js';
import { opsOf } from './ops.js';

const DTYPES = { float16: 'f16', float32: 'f32', float64: 'f64', int32: 'i32' };
const BUFFERS = { f32: Float32Array, f64: Float64Array };

export async function open(jax, version) {
  if (typeof globalThis.Float16Array === 'undefined')
    throw new SubjectTrouble('import', `jax-js needs Node 24 or later, which has Float16Array; this is Node ${process.version}; ` +
      'name another one with --node or GRADPROOF_NODE');
  await jax.init('cpu');
  jax.defaultDevice('cpu');
  const np = jax.numpy;
  // The class of arrays and of what stands for them within a transformation.
  const Tracer = Object.getPrototypeOf(jax.Array);
  const tensor = (numbers, shape, dtype) => np.array(BUFFERS[dtype].from(numbers)).reshape(shape);

  return {
    name: 'jax-js',
    title: 'jax-js',
    description: `jax-js ${version}`,
    dtypes: Object.keys(BUFFERS),
    ops: opsOf(jax),
    hasEmpty: false, // Arithmetic on them never comes back.
    layerName: '',
    wanted: 'a function f(x, λ), a factory make(λ), or an object with a method call',

    isTensor: (thing) => thing instanceof Tracer,
    isLayer: () => false,
    shape: (array) => array.shape,
    dtype: (array) => DTYPES[array.dtype] ?? String(array.dtype),
    // Whoever is given an array owns it, and every use but the last needs a reference of its own.
    use: (array) => array.ref,
    tensor,
    ones: (like) => np.onesLike(like.ref),
    useText: '{x}.ref',
    asTensorText: 'np.array({lambda})',
    setAttributeText: (owner, name) => `{layer}.${name} = {lambda};`,
    asTensor: (strength) => np.array(strength),
    numberOf: (thing) => (typeof thing === 'number' ? thing : NaN),
    trainable: () => [],
    setAttribute: (owner, name, strength) => { owner[name] = strength; },
    written: (array) => written(array),
    watch: () => () => '', // Nothing can write into an array, and whoever is given a reference gives it back.

    session: (action) => action(),
    differentiate: (forward, inputs) => {
      if (!inputs.length) return { outputs: forward([]), pull: () => [] };
      const [outputs, pull] = jax.vjp((...given) => forward(given), inputs.map((each) => each.ref));
      return { outputs, pull: (cotangents) => pull(cotangents.map((each) => each.ref)) };
    },
    weightedSum: (gradients) => {
      const weights = (each) => tensor(Array.from({ length: each.size }, (_, at) => at + 1), each.shape, DTYPES[each.dtype]);
      return gradients.map((each) => np.sum(each.ref.mul(weights(each)))).reduce((a, b) => a.add(b));
    },
  };
}

function written(array) {
  const dtype = DTYPES[array.dtype];
  if (!dtype) throw new CaseTrouble('returned', `an array of ${array.dtype}`);
  const data = array.ref.dataSync();
  return { dtype, shape: array.shape, data: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64') };
}
