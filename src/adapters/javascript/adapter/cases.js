// Runs one case: the graph forward, with the subject's layer at every reversal, and one backward pass.
import { parse } from './graphtext.js';
import { checkStrength, handed } from './strength.js';
import { asking, CaseTrouble, described, oneLine, trace } from './trouble.js';

const isLeaf = (node) => node.op === 'input' || node.op === 'const';

export function runCase(known, bound, request) {
  const framework = request.twice && known.opsForTwice ? { ...known, ops: known.opsForTwice } : known;
  const graph = parse(request.graph);
  const alone = graph.nodes.every((node) => node.op === 'reverse' || isLeaf(node));
  checkSupported(request, alone);
  if (!framework.hasEmpty && graph.nodes.some((node) => node.shape.includes(0)))
    throw new CaseTrouble('unsupported', `${framework.title} can't do arithmetic on arrays without elements`);
  const watched = [];
  const leaf = (label, numbers, shape, mayBeFreed = false) => {
    const made = framework.tensor(numbers, shape, request.dtype);
    watched.push({ label, harm: framework.watch(made), mayBeFreed });
    return made;
  };
  const inputs = graph.inputs.map((place) => {
    const { name, argument, shape } = graph.nodes[place];
    return leaf(`input ${name}`, argument, shapeOfRank(shape, request.rank));
  });
  const forward = (given) => outputsOf(framework, bound, graph, given, alone, leaf);
  const cotangents = (outputs) => graph.outputs.map(({ node, cotangent }, place) => {
    const shape = shapeOfRank(graph.nodes[node].shape, request.rank);
    // An output that no cotangent fits is in the reply as it is, and says it all.
    if (String(framework.shape(outputs[place])) !== String(shape)) return null;
    // Where several gradients of one tensor meet, a tape may add them up and free the parts, of which the cotangent is one.
    const isUsedAgain = graph.nodes.some((each) => each.operands.includes(node)) || graph.outputs.filter((each) => each.node === node).length > 1;
    const isAnother = [...inputs, ...outputs].filter((each) => each === outputs[place]).length > 1;
    return leaf(`cotangent ${place}`, cotangent, shape, isUsedAgain || isAnother);
  });
  const reply = answered(differentiating(framework, alone), framework, forward, inputs, cotangents, request.twice);
  const damage = watched.flatMap(({ label, harm, mayBeFreed }) => ({ overwritten: [label], freed: mayBeFreed ? [] : [`${label}, disposed of`] }[harm()] ?? []));
  return damage.length ? { ...reply, damage } : reply;
}

function checkSupported({ layout, rank }, alone) {
  if (layout !== 'contiguous') throw new CaseTrouble('unsupported', `layout '${layout}'; known: contiguous`);
  if (rank < 0 || rank > 4) throw new CaseTrouble('unsupported', `rank ${rank}; known: 0 to 4`);
  if (rank !== 2 && !alone) throw new CaseTrouble('unsupported', `rank ${rank} needs a graph of inputs and reversals alone`);
}

// A size in two: the least divisor above 1, and what is left.
function split(size) {
  for (let least = 2; least <= size; ++least) if (size % least === 0) return [least, size / least];
  return [1, size];
}

export function shapeOfRank(shape, rank) {
  const [rows, columns] = shape;
  if (rank === 2) return shape;
  if (rank > 2) return rank === 3 ? [...split(rows), columns] : [...split(rows), ...split(columns)];
  if (rank === 1 && rows === 1) return [columns];
  if (rank === 0 && rows === 1 && columns === 1) return [];
  throw new CaseTrouble('unsupported', `a ${rows}x${columns} leaf can't be given with rank ${rank}`);
}

// Forward ----------------------------------------------------------------------------------------------------

function outputsOf(framework, bound, graph, inputs, alone, leaf) {
  const layers = bound.layers();
  const values = [];
  let next = 0;
  for (const node of graph.nodes) {
    const operands = node.operands.map((place) => values[place]);
    if (node.op === 'input') values.push(inputs[next++]);
    else if (node.op === 'const') values.push(leaf(`const ${node.name}`, node.argument, node.shape));
    else if (node.op === 'reverse') values.push(reversal(framework, bound, layers, node, operands, alone));
    else values.push(plain(framework, node, operands));
  }
  return graph.outputs.map(({ node }) => framework.use(values[node]));
}

function plain(framework, node, operands) {
  if (!Object.hasOwn(framework.ops, node.op)) throw new CaseTrouble('unsupported', `${framework.title} has no ${node.op} that is exact enough`);
  try {
    return framework.ops[node.op](...operands.map(framework.use), node.argument);
  } catch (error) {
    throw new CaseTrouble('unsupported', `${framework.title} can't do ${node.op} here (${oneLine(error)})`);
  }
}

function reversal(framework, bound, layers, node, [x, given], alone) {
  const strength = handed(bound, node.argument ?? framework.numberOf(given));
  if (Number.isNaN(strength) && node.argument === undefined)
    throw new CaseTrouble('unsupported', `${framework.title} can't tell λ within a gradient`);
  checkStrength(bound, strength);
  const layer = asking('giving λ', () => layers(strength));
  const y = asking('forward', () => layer(framework.use(x)));
  if (!framework.isTensor(y)) throw new CaseTrouble('returned', `forward returned ${described(y)} instead of a tensor`);
  if (!alone) checkLike(framework, y, x);
  return y;
}

// In a larger graph, a result of another shape or dtype would only be blamed on the ops that follow.
function checkLike(framework, y, x) {
  const words = (tensor) => `[${framework.shape(tensor)}]`;
  if (words(y) !== words(x))
    throw new CaseTrouble('returned', `forward returned shape ${words(y)} for an input of shape ${words(x)}`);
  if (framework.dtype(y) !== framework.dtype(x))
    throw new CaseTrouble('returned', `forward returned ${framework.dtype(y)} for an input of ${framework.dtype(x)}`);
}

// Backward ---------------------------------------------------------------------------------------------------

// What a layer raises is a CaseTrouble already. Anything else is raised by the framework's own transformation: in a larger graph, by
// what it makes of that graph.
function differentiating(framework, alone) {
  return (f, inputs) => {
    try {
      return framework.differentiate(f, inputs);
    } catch (error) {
      if (error instanceof CaseTrouble) throw error;
      if (alone) throw new CaseTrouble('raised', `differentiating the layer raised ${oneLine(error)}`, trace(error));
      throw new CaseTrouble('unsupported', `${framework.title} can't differentiate this graph (${oneLine(error)})`);
    }
  };
}

function answered(differentiate, framework, forward, inputs, cotangents, twice) {
  const nothing = inputs.map(() => null);
  const { outputs, pull } = differentiate(forward, inputs);
  const reply = { outputs: twice ? [] : outputs.map(framework.written) };
  const given = cotangents(outputs);
  if (given.includes(null) || !inputs.length) return { ...reply, gradients: nothing };
  if (!twice) return { ...reply, gradients: backward(() => pull(given)).map((each) => (each ? framework.written(each) : null)) };
  return { outputs: [], gradients: again(differentiate, framework, forward, inputs, given) };
}

// The gradients of the sum of <1 2 3 …, gradient>, entry by entry, over all inputs.
function again(differentiate, framework, forward, inputs, cotangents) {
  const weighted = (given) => {
    const gradients = differentiate(forward, given).pull(cotangents).filter(Boolean);
    return [framework.weightedSum(gradients)];
  };
  const gradients = backward(() => {
    const { outputs, pull } = differentiate(weighted, inputs);
    return pull([framework.ones(outputs[0])]);
  });
  return gradients.map((each) => (each ? framework.written(each) : null));
}

export function backward(action) {
  try {
    return action();
  } catch (error) {
    if (error instanceof CaseTrouble) throw error;
    throw new CaseTrouble('raised', `backward raised ${oneLine(error)}`, trace(error));
  }
}
