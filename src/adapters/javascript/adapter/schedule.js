// A schedule of λ in place of a layer: the coefficient at step i of n, from a function or from an object that counts.
// It needs no framework.
import { parse } from './graphtext.js';
import { isClass, parametersOf } from './parameters.js';
import { asking, CaseTrouble, described, SubjectTrouble } from './trouble.js';

// The parts of a schedule, in the order of coeff(i, n, lo, hi, alpha), and the names that people give them.
const ROLES = {
  i: 'i step iter iteration it iternum t k epoch currentstep currentiter currentepoch globalstep curr current num stepnum idx',
  n: 'n total maxiters maxiter maxsteps totalsteps numsteps nsteps niters totaliters numiters iters steps maxepochs maxepoch ' +
    'numepochs nepochs epochs totalepochs warmup warmupsteps length maxstep totaliter',
  lo: 'lo low lowvalue lower start minimum min lambdamin minlambda init initial begin',
  hi: 'hi high highvalue upper end maximum max lambdamax maxlambda final',
  alpha: 'alpha gamma a α γ steepness slope delta sharpness rate',
  p: 'p progress frac fraction ratio portion',
};
const PARTS = ['i', 'n', 'lo', 'hi', 'alpha'];
const USUAL = { lo: 0, hi: 1, alpha: 10 };
const STEPS = ['step', 'update', 'advance', 'tick', 'nextStep'];
const READINGS = ['coeff', 'coefficient', 'coef', 'lambda', 'lambda_', 'lam', 'current', 'value', 'strength', 'weight', 'getCoeff',
  'getCoefficient', 'getLambda', 'getValue'];
const MOST_STEPS = 20000;

const roleOf = (name) => Object.keys(ROLES).find((role) => ROLES[role].split(' ').includes(name.toLowerCase().replaceAll('_', '')));

// The parameters as arguments of a moment: each is a part, or an object of parts.
function placesOf(thing, name, said) {
  const parameters = parametersOf(thing);
  if (!parameters) throw new SubjectTrouble('form', `nothing tells the parameters of ${name}`);
  const named = Object.fromEntries(Object.entries(said).map(([role, word]) => [word, role]));
  const part = (word) => named[word] ?? roleOf(word);
  const places = parameters.map((each) => (each.name && (part(each.name) || !each.keys?.length) ? part(each.name) ?? null
    : Object.fromEntries((each.keys ?? []).map((key) => [key, part(key)]).filter(([, role]) => role))));
  const taken = places.flatMap((each) => (each && typeof each === 'object' ? Object.values(each) : [each]));
  const usual = isClass(thing) ? PARTS.slice(1) : parameters.length === 1 ? ['p'] : PARTS;
  const free = usual.filter((role) => !taken.includes(role));
  return places.map((each, at) => (each === null && !parameters[at].isOptional ? free.shift() ?? null : each));
}

const partsOf = (places) => places.flatMap((each) => (each && typeof each === 'object' ? Object.values(each) : each ?? []));

function argumentsOf(places, moment) {
  const parts = { ...moment, p: moment.i / moment.n };
  return places.map((each) => (each === null ? undefined : typeof each === 'string' ? parts[each]
    : Object.fromEntries(Object.entries(each).map(([key, role]) => [key, parts[role]]))));
}

export class Schedule {
  constructor(name, { module, thing }) {
    const table = module.GRADPROOF ?? module.default?.GRADPROOF ?? {};
    this.name = name;
    this.said = Object.fromEntries(Object.entries(table.schedule ?? {}).filter(([, value]) => typeof value === 'string'));
    const numbers = Object.fromEntries(Object.entries(table.schedule ?? {}).filter(([, value]) => typeof value === 'number'));
    const { form, coefficient, given } = this.opened(thing);
    this.coefficient = coefficient;
    const fixed = Object.fromEntries(Object.entries({ ...USUAL, ...numbers }).filter(([role]) => !given.includes(role)));
    if (!given.includes('n') && !('n' in fixed) && !given.includes('p'))
      throw new SubjectTrouble('form', `nothing says of how many steps the schedule ${name} is; name the parameter in ` +
        "GRADPROOF = { schedule: { n: 'total' } }, or give a number in its place");
    if (given.includes('p')) delete fixed.n;
    this.description = { adapter: 'javascript', framework: `Node ${process.versions.node}`, subject: name, form,
      lambda: 'the coefficient of step i', dtypes: ['f64'], ops: [], layouts: [], contract: 'schedule', fixed };
  }

  opened(thing) {
    if (typeof thing !== 'function')
      throw new SubjectTrouble('form', `${this.name} is ${described(thing)}; wanted: a function coeff(i, n, lo, hi, alpha), or a class with step()`);
    const places = placesOf(thing, this.name, this.said);
    const given = partsOf(places);
    const make = (moment) => (isClass(thing) ? new thing(...argumentsOf(places, moment)) : thing(...argumentsOf(places, moment)));
    if (isClass(thing)) return { form: `class ${thing.name}(${given})`, coefficient: this.ofObjects(make), given };
    if (given.includes('i') || given.includes('p'))
      return { form: `function ${thing.name}(${given})`, coefficient: ofFunction(make), given };
    return { form: `factory ${thing.name}(${given})`, coefficient: this.ofObjects(make), given };
  }

  ofObjects(make) {
    return (moment, use) => {
      if (moment.i > MOST_STEPS) throw new CaseTrouble('unsupported', `${moment.i} steps take too long`);
      if (use === 'schedule evaluated') throw new CaseTrouble('unsupported', 'the object has no evaluation mode');
      if (use === 'schedule beside') advance(make(moment), 3);
      const it = make(moment);
      advance(it, moment.i);
      const first = read(it);
      return use === 'schedule again' ? read(it) : first;
    };
  }

  run({ graph, contract }) {
    const values = Object.fromEntries(parse(graph).nodes.filter((node) => node.op === 'input').map((node) => [node.name, node.argument[0]]));
    const value = asking('the schedule', () => this.coefficient(values, contract));
    if (typeof value !== 'number') throw new CaseTrouble('returned', `the schedule gave ${described(value)}, not a number`);
    const data = Buffer.alloc(8);
    data.writeDoubleLE(value);
    return { outputs: [{ dtype: 'f64', shape: [], data: data.toString('base64') }], gradients: [] };
  }
}

function ofFunction(call) {
  return (moment, use) => {
    if (use !== 'schedule' && use !== 'schedule again') throw new CaseTrouble('unsupported', 'a function has no steps of its own');
    if (use === 'schedule again') call(moment);
    return call(moment);
  };
}

function advance(it, count) {
  const name = STEPS.find((each) => typeof it?.[each] === 'function');
  if (!name) throw new CaseTrouble('returned', `${described(it)}, which has no step()`);
  for (let done = 0; done < count; ++done) it[name]();
}

// To ask for a property may be to read it already.
function read(it) {
  const name = READINGS.find((each) => each in it);
  if (!name) throw new CaseTrouble('returned', 'the object has step(), and no property such as coeff');
  const found = it[name];
  return typeof found === 'function' ? found.call(it) : found;
}
