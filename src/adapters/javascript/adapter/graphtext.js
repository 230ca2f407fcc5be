// The graph text format, read into a plain structure that an interpreter for any framework can walk.
//
//     gradproof 1
//     x = input 2x3 [1 2 3; 4 5 6]
//     r = reverse x 0.25
//     s = sum r all
//     output s cotangent [1]
//
// Everything here is rows by columns. A graph has been checked: names are known, shapes fit, counts are right.
//
// A node is { op, name, shape: [rows, columns], operands: positions, argument }, where the argument is what else the
// op takes: a leaf's values, a reversal's λ, a power, an axis, a range; or undefined.
import { literal } from './numbers.js';

// The text is not a graph; the message begins with the line.
export class GraphError extends Error {}
// An op that this adapter does not have: a case that it can't do, and not a mistake in the text.
export class UnknownOp extends Error {}

const KEPT = 256;
const LONGEST_KEPT = 1 << 14;
const parsedBefore = new Map();

// The same text often comes again, with another dtype or rank; large ones are not kept.
export function parse(text) {
  const known = parsedBefore.get(text);
  if (known) return known;
  const graph = parsed(text);
  if (text.length < LONGEST_KEPT) {
    if (parsedBefore.size >= KEPT) parsedBefore.delete(parsedBefore.keys().next().value);
    parsedBefore.set(text, graph);
  }
  return graph;
}

function parsed(text) {
  const reader = new Reader();
  const lines = text.split('\n');
  for (const [place, line] of lines.entries()) {
    try {
      reader.line(line);
    } catch (error) {
      throw error instanceof GraphError ? new GraphError(`line ${place + 1}: ${error.message}`) : error;
    }
  }
  if (!reader.outputs.length) throw new GraphError(`line ${lines.length}: the graph has no output`);
  return { nodes: reader.nodes, inputs: reader.inputs, outputs: reader.outputs };
}

export function number(word) {
  const value = literal(String(word));
  if (value === null) throw new GraphError(`'${word}' is not a number`);
  return value;
}

const words = (text) => text.split(/\s+/).filter(Boolean);
const written = ([rows, columns]) => `${rows}x${columns}`;
const same = (a, b) => a[0] === b[0] && a[1] === b[1];

// The numbers between brackets: rows divided by semicolons, or a single one that fills the shape.
function values(text, shape, what) {
  const [rows, columns] = shape;
  const lines = text.split(';').map(words);
  const numbers = lines.flat().map(number);
  if (numbers.length === 1) return new Array(rows * columns).fill(numbers[0]);
  if (!numbers.length && rows * columns === 0) return numbers;
  if (lines.length !== rows || lines.some((line) => line.length !== columns))
    throw new GraphError(`${what} needs ${rows} rows of ${columns} values, or a single one; ` +
      `found rows of ${lines.map((line) => line.length).join(', ')}`);
  return numbers;
}

function shapeOf(word) {
  const found = /^(\d{1,9})x(\d{1,9})$/.exec(word);
  if (!found) throw new GraphError(`'${word}' is not a shape such as 2x3`);
  return [Number(found[1]), Number(found[2])];
}

function rangeOf(word, size) {
  const found = /^(\d{1,9}):(\d{1,9})$/.exec(word);
  if (!found) throw new GraphError(`'${word}' is not a range such as 0:2`);
  const [first, last] = [Number(found[1]), Number(found[2])];
  if (!(first <= last && last <= size)) throw new GraphError(`the range ${word} does not lie within 0:${size}`);
  return [first, last];
}

// One rule per op: from the operands' shapes and the words after them to [argument, shape of the result].

function alike(...shapes) {
  if (shapes.some((shape) => !same(shape, shapes[0])))
    throw new GraphError(`the operands have different shapes: ${shapes.map(written).join(' and ')}`);
  return [undefined, shapes[0]];
}

function power(shape, word) {
  if (!/^[+-]?\d{1,9}$/.test(word)) throw new GraphError(`'${word}' is not an integer power`);
  return [Number(word), shape];
}

function matmul(left, right) {
  if (left[1] !== right[0])
    throw new GraphError(`${written(left)} and ${written(right)} can't be multiplied as matrices`);
  return [undefined, [left[0], right[1]]];
}

function sum(shape, axis) {
  const results = { all: [1, 1], rows: [1, shape[1]], cols: [shape[0], 1] };
  if (!Object.hasOwn(results, axis)) throw new GraphError(`'${axis}' is none of all, rows, cols`);
  return [axis, results[axis]];
}

function broadcast(shape, word) {
  const target = shapeOf(word);
  if (shape.some((size, place) => size !== 1 && size !== target[place]))
    throw new GraphError(`${written(shape)} can't be broadcast to ${word}`);
  return [target, target];
}

function reshape(shape, word) {
  const target = shapeOf(word);
  if (target[0] * target[1] !== shape[0] * shape[1])
    throw new GraphError(`${written(shape)} can't be reshaped to ${word}`);
  return [target, target];
}

function slice(shape, rows, columns) {
  const [[top, bottom], [left, right]] = [rangeOf(rows, shape[0]), rangeOf(columns, shape[1])];
  return [{ top, bottom, left, right }, [bottom - top, right - left]];
}

function concat(first, second, axis) {
  if (axis === 'rows' && first[1] === second[1]) return [axis, [first[0] + second[0], first[1]]];
  if (axis === 'cols' && first[0] === second[0]) return [axis, [first[0], first[1] + second[1]]];
  throw new GraphError(`${written(first)} and ${written(second)} can't be put together by '${axis}' (rows or cols)`);
}

const rule = (operands, further, apply) => ({ operands, further, apply });
const ELEMENTWISE = 'neg exp expm1 log log1p sin cos tanh sigmoid softplus sqrt square relu abs step round stop'.split(' ');
const PAIRWISE = 'add sub mul div max min logaddexp'.split(' ');

const RULES = {
  ...Object.fromEntries(PAIRWISE.map((op) => [op, rule(2, 0, alike)])),
  ...Object.fromEntries(ELEMENTWISE.map((op) => [op, rule(1, 0, alike)])),
  pow: rule(1, 1, power),
  matmul: rule(2, 0, matmul),
  transpose: rule(1, 0, (shape) => [undefined, [shape[1], shape[0]]]),
  sum: rule(1, 1, sum),
  broadcast: rule(1, 1, broadcast),
  reshape: rule(1, 1, reshape),
  slice: rule(1, 2, slice),
  concat: rule(2, 1, concat),
};

const isName = (word) => /^[A-Za-z_]\w*$/.test(word) && word !== 'inf' && word !== 'nan';

// What stands before the brackets, and what stands in them.
function bracketed(line) {
  const found = /^([^[]*)\[([^\]]*)\]\s*$/.exec(line);
  if (!found) throw new GraphError('expected values in brackets at the end of the line');
  return [found[1], found[2]];
}

// The graph so far.
class Reader {
  nodes = [];
  inputs = [];
  outputs = [];
  place = new Map();

  line(whole) {
    if (whole.startsWith('@')) return;
    const line = whole.split('#', 1)[0];
    const equals = line.indexOf('=');
    if (equals >= 0) return this.definition(line.slice(0, equals).trim(), line.slice(equals + 1));
    const found = words(line);
    if (!found.length) return;
    if (found[0] === 'output') return this.output(found, line);
    if (found[0] !== 'gradproof')
      throw new GraphError(`neither a definition \`name = …\` nor an output: '${line.trim()}'`);
    if (found.length !== 2 || found[1] !== '1')
      throw new GraphError(`this adapter reads format 1, not '${found.slice(1).join(' ')}'`);
  }

  definition(name, rest) {
    if (!isName(name)) throw new GraphError(`'${name}' can't be a name`);
    if (this.place.has(name)) throw new GraphError(`'${name}' is defined twice`);
    const [op, ...further] = words(rest);
    if (op === undefined) throw new GraphError(`'${name}' is not given an op`);
    const node = this.node(op, name, further, rest);
    this.place.set(name, this.nodes.length);
    if (op === 'input') this.inputs.push(this.nodes.length);
    this.nodes.push(node);
  }

  node(op, name, further, rest) {
    if (op === 'input' || op === 'const') return this.leaf(op, name, rest);
    if (op === 'reverse') return this.reversal(name, further);
    if (!Object.hasOwn(RULES, op)) throw new UnknownOp(`op '${op}'`);
    const { operands: count, further: more, apply } = RULES[op];
    if (further.length !== count + more) throw new GraphError(`${op} takes ${count + more} words, not ${further.length}`);
    const operands = further.slice(0, count).map((word) => this.operand(word));
    const [argument, shape] = apply(...operands.map((each) => this.nodes[each].shape), ...further.slice(count));
    return { op, name, shape, operands, argument };
  }

  leaf(op, name, rest) {
    const [head, inside] = bracketed(rest);
    const found = words(head);
    if (found.length !== 2) throw new GraphError(`${op} needs a shape and then values in brackets`);
    const shape = shapeOf(found[1]);
    return { op, name, shape, operands: [], argument: values(inside, shape, name) };
  }

  reversal(name, further) {
    if (further.length !== 2) throw new GraphError('reverse needs an operand and λ');
    const operand = this.operand(further[0]);
    const shape = this.nodes[operand].shape;
    const strength = this.place.get(further[1]);
    if (strength === undefined) return { op: 'reverse', name, shape, operands: [operand], argument: number(further[1]) };
    if (!same(this.nodes[strength].shape, [1, 1]))
      throw new GraphError(`λ is '${further[1]}', which is ${written(this.nodes[strength].shape)} and not 1x1`);
    return { op: 'reverse', name, shape, operands: [operand, strength], argument: undefined };
  }

  // The position of a named node, or of a new anonymous constant for a literal.
  operand(word) {
    if (this.place.has(word)) return this.place.get(word);
    if (isName(word)) throw new GraphError(`unknown name '${word}'`);
    this.nodes.push({ op: 'const', name: word, shape: [1, 1], operands: [], argument: [number(word)] });
    return this.nodes.length - 1;
  }

  output(found, line) {
    if (!this.place.has(found[1])) throw new GraphError(`'${found[1] ?? ''}' is not the name of a line above`);
    const node = this.place.get(found[1]);
    let inside = '1';
    if (found.length > 2) {
      const [head, text] = bracketed(line);
      if (words(head).slice(2).join(' ') !== 'cotangent')
        throw new GraphError('an output reads `output name` or `output name cotangent [values]`');
      inside = text;
    }
    this.outputs.push({ node, cotangent: values(inside, this.nodes[node].shape, 'the cotangent') });
  }
}
