// Lives a scenario: a list of steps with layers of the subject.
import { backward } from './cases.js';
import { GraphError, number } from './graphtext.js';
import { checkStrength, handed } from './strength.js';
import { asking, CaseTrouble, described, ProtocolTrouble } from './trouble.js';

const DOING = {
  make: (life, { name, lambda }) => life.layers.set(name, life.made(life.strength(lambda))),
  set: (life, { name, lambda }) => life.changed(life.layer(name), life.strength(lambda)),
  leaf: (life, step) => life.tensors.set(step.name, life.tensor(step)),
  bits: (life, step) => life.tensors.set(step.name, life.tensorOfBits(step)),
  forward: (life, { name, of, input }) => life.tensors.set(name, life.passed(life.layer(of), life.known(input))),
  backward: (life, step) => life.records.push(life.gradient(step)),
  strength: (life, { of }) => life.records.push(life.gradientOfStrength(life.layer(of))),
  read: (life, { name }) => life.records.push(life.framework.written(life.known(name))),
};

export const STEPS = Object.keys(DOING);

// The records of a scenario, in order: tensors as replies have them, or null. A gradient is written down when all is
// done, so that a later pass that overwrites it shows.
export function live(framework, bound, dtype, steps) {
  if (!Array.isArray(steps)) throw new ProtocolTrouble('a scenario is an array of steps');
  const life = new Life(framework, bound, dtype);
  for (const [place, step] of steps.entries()) {
    if (!Object.hasOwn(DOING, step?.do ?? ''))
      throw new ProtocolTrouble(`step ${place}: unknown step '${step?.do}'; known: ${STEPS.join(', ')}`);
    try {
      DOING[step.do](life, step);
    } catch (error) {
      if (error instanceof GraphError) throw new ProtocolTrouble(`step ${place}: ${step.do}: ${error.message}`);
      throw error;
    }
  }
  return life.records.map((each) => (typeof each === 'function' ? each() : each));
}

// What there is so far: layers and tensors by their names.
class Life {
  layers = new Map();
  tensors = new Map();
  records = [];

  constructor(framework, bound, dtype) {
    Object.assign(this, { framework, bound, dtype });
  }

  layer(name) {
    return found(this.layers, name);
  }

  known(name) {
    return found(this.tensors, name);
  }

  // λ is a number, or a tensor with one for each row.
  strength(given) {
    if (!Array.isArray(given)) return handed(this.bound, number(given));
    if (!this.bound.vector) throw new CaseTrouble('unsupported', 'the layer takes one λ for all rows');
    const numbers = given.map((word) => handed(this.bound, number(word)));
    const shape = this.bound.vector === 'column' ? [numbers.length, 1] : [numbers.length];
    return this.framework.tensor(numbers, shape, this.dtype);
  }

  made(strength) {
    checkStrength(this.bound, strength);
    return asking('giving λ', () => this.bound.hold(strength));
  }

  changed(layer, strength) {
    if (!layer.set) throw new CaseTrouble('unsupported', 'λ can\'t be changed once the layer is made');
    asking('giving λ', () => layer.set(strength));
  }

  tensor({ values, shape }) {
    return this.framework.tensor(values.map(number), shape, this.dtype);
  }

  // The bytes never become numbers on the way, for whose NaN an engine may put its own.
  tensorOfBits({ data, shape }) {
    const bytes = Buffer.from(data, 'base64');
    const copy = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    return this.framework.tensor(new Float32Array(copy), shape, this.dtype);
  }

  passed(layer, x) {
    const y = asking('forward', () => layer.call(x));
    if (!this.framework.isTensor(y)) throw new CaseTrouble('returned', `forward returned ${described(y)} instead of a tensor`);
    return y;
  }

  gradient(step) {
    const y = this.known(step.of);
    if (String(this.framework.shape(y)) !== String(step.shape)) return null;
    const gradient = backward(() => this.framework.differentiateLater(y, this.known(step.input), this.tensor(step)));
    return gradient ? () => this.framework.written(gradient) : null;
  }

  // The gradient of the sum of all that goes backward, for the first λ that has one: a variable of the layer's, or a
  // tensor that it is handed.
  gradientOfStrength(layer) {
    const given = layer.given?.();
    const variables = this.framework.isTensor(given) ? [given] : this.framework.trainable(layer.instance ?? {});
    if (!variables.length) throw new CaseTrouble('unsupported', 'λ is no variable of the layer\'s');
    const x = this.framework.tensor([1, -2, 3], [1, 3], this.dtype);
    const y = this.passed(layer, x);
    const ones = this.framework.ones(y);
    const found = variables.map((each) => backward(() => this.framework.differentiateLater(y, each, ones))).find(Boolean);
    return found ? this.framework.written(found) : null;
  }
}

function found(map, name) {
  if (!map.has(name)) throw new GraphError(`there is no '${name}'`);
  return map.get(name);
}
