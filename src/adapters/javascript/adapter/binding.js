// Decides in which way a thing is used: the likeliest that works when it is tried.
import { oneLine, SubjectTrouble, described } from './trouble.js';
import { NotThisWay, Search } from './ways.js';

const KINDS = ['ctor', 'call', 'method', 'attribute', 'fixed'];
const STRENGTH = 0.5; // of a trial

// Every way, numbered in an order that depends on the file alone.
export function* waysOf(framework, module, thing, name) {
  const hint = hintOf(module);
  for (const isTensor of [false, true]) {
    const [give, remark] = isTensor ? [framework.asTensor, ', as a tensor'] : [(value) => value, ''];
    for (const way of new Search(framework, module, give, hint, isTensor, name.split('.').at(-1)).ways(thing))
      yield { ...way, strength: way.strength + (way.isFixed ? '' : remark),
        usage: isTensor && !way.isFixed ? Object.assign(way.usage, { number: framework.asTensorText }) : way.usage };
  }
}

// A trial is a forward pass on a tiny tensor. Whether the backward pass is right is what the verdict is about, and
// decides nothing here. Rank 3 is a tensor like the input, 2 another tensor, 1 a fault of the layer's, 0 not the way.
export function outcomeOf(framework, way) {
  try {
    return framework.session(() => {
      const x = framework.tensor([0, 1, 2, 3, 4, 5], [2, 3], framework.dtypes[0]);
      const y = way.layers()(STRENGTH)(x);
      if (framework.isTensor(y)) return { rank: String(framework.shape(y)) === '2,3' ? 3 : 2, text: 'a tensor', usage: way.usage };
      return { rank: typeof y === 'function' ? 0 : 1, text: `gave ${described(y)}` };
    });
  } catch (error) {
    return { rank: error instanceof NotThisWay ? 0 : 1, text: error instanceof NotThisWay ? error.message : oneLine(error) };
  }
}

// The first way whose trial gives a tensor like its input, else the first that only a fault of the layer spoils.
// `attempt(way, place)` gives an outcome, or a promise of one.
export async function bind(framework, module, thing, name, attempt) {
  const tried = [];
  let best = { rank: 0 };
  let place = 0;
  for (const way of waysOf(framework, module, thing, name)) {
    const { rank, text, isFinal, usage } = await attempt(way, place++);
    // What only a layer that was made could tell, the trial's thread knows.
    Object.assign(way.usage, usage);
    if (rank === 3 || isFinal) return way;
    if (rank > best.rank) best = { rank, way };
    tried.push(`${way.form} with λ as ${way.strength}: ${text}`);
  }
  if (best.way) return best.way;
  throw new SubjectTrouble('form', notUsable(framework, module, thing, name, tried));
}

// The author's word on how λ is given: export const GRADPROOF = { lambda: 'ctor:alpha' }.
function hintOf(module) {
  const table = module.GRADPROOF;
  if (table === undefined || (table !== null && typeof table === 'object' && table.lambda === undefined)) return null;
  const found = /^(\w+):(.+)$/u.exec(table?.lambda);
  if (found && KINDS.includes(found[1]) && (found[1] !== 'fixed' || Number.isFinite(Number(found[2]))))
    return { kind: found[1], name: found[2] };
  throw new SubjectTrouble('form', `GRADPROOF is ${JSON.stringify(table)}; it must be an object such as { lambda: 'ctor:alpha' }, ` +
    `where the word before the colon is one of ${KINDS.join(', ')}, and fixed takes a number`);
}

function notUsable(framework, module, thing, name, tried) {
  const hint = hintOf(module);
  const said = hint ? `, for which GRADPROOF says that λ is given as ${hint.kind}:${hint.name}` : '';
  if (tried.length) return `${name} is ${described(thing)}${said}; tried ${tried.join('; ')}`;
  return `${name} is ${described(thing)}${said}, which can't be called with a tensor${hint ? ' in this way' : ''}; wanted: ${framework.wanted}`;
}
