// All the ways in which a thing may be a gradient reversal layer, likeliest first, whatever the framework.
//
// A way is { form, strength, layers, hold, isFixed, fixedStrength }: `strength` says how λ is given, layers() serves one
// case, layers()(λ) is a layer to be called with x, and hold(λ) is a layer of its own for a scenario. `usage` is the same
// as source text, with {layer}, {x} and {lambda} in place of a layer, the tensor and λ, for scripts that do without us.
import { meansLambda, meansTensor, setsLambda } from './meanings.js';
import { isClass, parametersOf } from './parameters.js';

const ORDINALS = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth'];
const METHODS = ['call', 'forward', 'apply'];

// What came back shows that the subject is not meant to be used like this.
export class NotThisWay extends Error {}

// The ways to use a thing of a module. `give` turns λ into what the subject is handed, in the last of several searches
// where isLast says so; the hint is the author's.
export class Search {
  constructor(framework, module, give, hint, isLast, word = 'layer') {
    // A vector is a tensor by the time that it comes here.
    const given = (strength) => (framework.isTensor(strength) ? strength : give(strength));
    Object.assign(this, { framework, module, give: given, hint, isLast, word });
  }

  * ways(thing) {
    if (typeof thing === 'function') yield* isClass(thing) ? this.ofClass(thing) : this.ofFunction(thing);
    else if (thing !== null && typeof thing === 'object' && this.framework.isTensor(thing) === false)
      yield* this.ofInstance(thing, () => copyOf(thing), this.formOf(thing, 'instance'),
        `Object.assign(Object.create(Object.getPrototypeOf(${this.word})), ${this.word})`);
  }

  // One method per form. A λ by name comes before one that is an attribute, and that before one by elimination.

  * ofFunction(f) {
    const parameters = parametersOf(f);
    const open = parameters ?? [{ name: 'x', keys: [] }, { name: 'strength', keys: [] }];
    yield* this.byCall(f, open, 'function', 'the function', false);
    yield* this.byConstruction(f, (args) => f(...args), parameters ?? [], 'factory', false);
    if (parameters?.length === 0) {
      const made = this.madeBy(f);
      if (made) yield* this.ofInstance(made, f, 'factory', `${this.word}()`);
    }
    yield* this.byCall(f, open, 'function', 'the function', true);
    // A function whose source tells nothing takes a tensor alone only where every λ has been refused.
    if (parameters || this.isLast || this.hint) yield* this.fixed((x) => f(x), 'function', f, `${this.word}({x})`);
    yield* this.byConstruction(f, (args) => f(...args), parameters ?? [{ name: 'strength', keys: [] }], 'factory', true);
  }

  * ofClass(kind) {
    const parameters = parametersOf(kind) ?? [];
    const form = this.formOf(kind.prototype, 'class');
    yield* this.byConstruction(kind, (args) => new kind(...args), parameters, form, false);
    const make = () => new kind(...parameters.map(emptyArgument));
    const sample = this.madeBy(make);
    if (sample) yield* this.ofInstance(sample, make, form, `new ${this.word}(${parameters.map(emptyText).join(', ')})`);
    yield* this.byConstruction(kind, (args) => new kind(...args), parameters, form, true);
  }

  * ofInstance(instance, make, form, made) {
    if (!this.callable(instance)) return;
    yield* this.byArgumentOfCall(instance, form, made);
    yield* this.byMethod(instance, make, form, made);
    yield* this.byAttribute(instance, make, form, made);
    yield* this.fixed(this.entry(instance), form, instance, this.entryText(instance, this.word));
  }

  // One method per way to give λ.

  * byCall(f, parameters, form, where, isDoubtful) {
    for (const place of this.places('call', parameters, isDoubtful)) {
      const tensor = tensorPlace(parameters, place);
      if (tensor < 0) continue;
      const apply = (x, given) => f(...argumentsOf(parameters, [[{ index: tensor }, x], [place, given]]));
      const call = `${this.word}(${argumentsText(parameters, [[{ index: tensor }, '{x}'], [place, '{lambda}']])})`;
      yield { ...this.called(form, `${spoken(parameters, place, true)} of ${where}`, apply), usage: { call } };
    }
  }

  // A layer object's own call may take λ beside the tensor.
  * byArgumentOfCall(instance, form, made) {
    const method = METHODS.find((name) => typeof instance[name] === 'function');
    const parameters = method && parametersOf(instance[method]);
    if (!parameters) return;
    const entry = this.framework.isLayer(instance) ? 'apply' : method;
    for (const place of this.places('call', parameters, false)) {
      const tensor = tensorPlace(parameters, place);
      if (tensor < 0) continue;
      const apply = (x, given) => instance[entry](...argumentsOf(parameters, [[{ index: tensor }, x], [place, given]]));
      const call = `itsLayer.${entry}(${argumentsText(parameters, [[{ index: tensor }, '{x}'], [place, '{lambda}']])})`;
      yield { ...this.called(form, `${spoken(parameters, place, false)} of ${method}`, apply), usage: { prelude: `const itsLayer = ${made};`, call } };
    }
  }

  // λ belongs to each call, so that to set it is to give another one from then on.
  called(form, strength, apply) {
    const layer = (value) => {
      const given = this.give(value);
      return (x) => apply(x, given);
    };
    const hold = (value) => {
      let given = this.give(value);
      return { call: (x) => apply(x, given), set: (other) => { given = this.give(other); }, given: () => given };
    };
    return { form, strength, layers: () => layer, hold };
  }

  * byConstruction(thing, make, parameters, form, isDoubtful) {
    const role = isClass(thing) ? 'constructor argument' : 'factory argument';
    for (const place of this.places('ctor', parameters, isDoubtful)) {
      const construct = (value) => make(argumentsOf(parameters, [[place, this.give(value)]]));
      const made = `${isClass(thing) ? 'new ' : ''}${this.word}(${argumentsText(parameters, [[place, '{lambda}']])})`;
      const usage = { make: `const {layer} = ${made};` };
      const layer = (value) => {
        const object = construct(value);
        // The first is made by the trial, in a thread of its own as a rule.
        usage.call ??= this.entryText(object, '{layer}');
        usage.set ??= this.setterText(object, place.name, value);
        return this.entry(object);
      };
      const hold = (value) => {
        const made = construct(value);
        return { call: this.entry(made), set: this.setter(made, place.name, value), instance: made };
      };
      yield { form, strength: `${role} ${place.name}`, layers: () => layer, hold, usage };
    }
  }

  // How to give another λ to an object that was made with this one: by a method for that, or an attribute. An attribute
  // that is not λ now, but perhaps -λ or λ², is the author's own business.
  setter(made, name, value) {
    const [method] = setters(made);
    if (method) return (other) => made[method](this.give(other));
    const attribute = this.equalAttribute(made, name, value);
    return attribute ? (other) => this.framework.setAttribute(made, attribute, other) : null;
  }

  // The same as a line of source text; empty where there is no way.
  setterText(made, name, value) {
    const [method] = setters(made);
    if (method) return `{layer}.${method}({lambda});`;
    const attribute = this.equalAttribute(made, name, value);
    return attribute ? this.framework.setAttributeText(made, attribute) : '';
  }

  equalAttribute(made, name, value) {
    const near = (each) => Math.abs(this.framework.numberOf(made[each]) - value) <= 1e-3 * Math.abs(value);
    const found = this.settable(made).filter(near);
    return found.find((each) => each.replaceAll('_', '') === name) ?? found[0];
  }

  * byMethod(instance, make, form, made) {
    for (const name of this.named('method', setters(instance), (each) => typeof instance[each] === 'function'))
      yield { ...this.given(instance, make, form, `method ${name}`, (each, value) => each[name](this.give(value))),
        usage: this.givenText(instance, made, `{layer}.${name}({lambda});`) };
  }

  * byAttribute(instance, make, form, made) {
    for (const name of this.named('attribute', this.settable(instance), (each) => each in instance))
      yield { ...this.given(instance, make, form, `attribute ${name}`, (each, value) => this.framework.setAttribute(each, name, value)),
        usage: this.givenText(instance, made, this.framework.setAttributeText(instance, name)) };
  }

  givenText(instance, made, set) {
    return { make: `const {layer} = ${made};\n${set}`, set, call: this.entryText(instance, '{layer}') };
  }

  // Layers that hold λ themselves have one at a time. The first is the author's own object; further ones, for graphs with
  // several λ, are made as a user would make them.
  given(first, make, form, strength, give) {
    const made = [first];
    const layers = () => {
      const used = new Map();
      return (value) => {
        if (!used.has(value)) {
          if (used.size === made.length) made.push(make());
          used.set(value, made[used.size]);
        }
        give(used.get(value), value);
        return this.entry(used.get(value));
      };
    };
    const hold = (value) => {
      const instance = make();
      give(instance, value);
      return { call: this.entry(instance), set: (other) => give(instance, other), instance };
    };
    return { form, strength, layers, hold };
  }

  * fixed(layer, form, owner, call) {
    if (this.hint && this.hint.kind !== 'fixed') return;
    const fixedStrength = this.hint ? Number(this.hint.name) : this.told(owner);
    yield { form, strength: 'fixed', layers: () => () => layer, hold: () => ({ call: layer, set: null }), isFixed: true, fixedStrength, usage: { call } };
  }

  // What the names say.

  // The names under which λ may be given in this kind of way: those guessed, or the one that the author says.
  named(kind, guessed, exists) {
    if (!this.hint) return guessed;
    return this.hint.kind === kind && exists(this.hint.name) ? [this.hint.name] : [];
  }

  // The parameters that may be λ, and the members of parameters: by name, or, the doubtful ones, because nothing speaks
  // against it; of those the last first, for the tensor comes first as a rule.
  places(kind, parameters, isDoubtful) {
    const every = parameters.flatMap((each, index) => [
      ...(each.name ? [{ index, name: each.name }] : []), ...each.keys.map((key) => ({ index, key, name: key }))]);
    if (this.hint) {
      const said = every.filter((each) => this.hint.kind === kind && each.name === this.hint.name);
      return isDoubtful ? [] : said;
    }
    if (!isDoubtful) return every.filter((each) => meansLambda(each.name));
    return every.filter((each) => each.key === undefined && !meansLambda(each.name) && !meansTensor(each.name)).reverse();
  }

  // The names of attributes that could be λ and can be set.
  settable(owner) {
    return Object.keys(owner).filter((name) => meansLambda(name) && Number.isFinite(this.framework.numberOf(owner[name])));
  }

  // The λ of a layer that can't be given one, where an attribute, or a constant that its file exports, tells it.
  told(owner) {
    const of = (object, names) => names.map((name) => this.framework.numberOf(object[name])).filter(Number.isFinite);
    let found = typeof owner === 'object' ? of(owner, this.settable(owner)) : [];
    if (!found.length) found = of(this.module, Object.keys(this.module).filter((name) => name === name.toUpperCase() && meansLambda(name)));
    return found.length === 1 ? found[0] : null;
  }

  // Things to call.

  formOf(object, word) {
    return this.framework.isLayer(object) ? `${this.framework.layerName} ${word}` : word;
  }

  callable(thing) {
    return typeof thing === 'function' || (thing !== null && typeof thing === 'object' && METHODS.some((name) => typeof thing[name] === 'function'));
  }

  // What was made, as something to call with a tensor.
  entry(made) {
    if (this.framework.isTensor(made)) throw new NotThisWay('gave a tensor, where a layer was wanted');
    if (this.framework.isLayer(made)) return (x) => made.apply(x);
    if (typeof made === 'function' && !isClass(made)) return (x) => made(x);
    const method = this.callable(made) && METHODS.find((name) => typeof made[name] === 'function');
    if (!method || isClass(made)) throw new NotThisWay(`gave ${typeof made?.then === 'function' ? 'a promise' : `a ${typeof made}`}, which can't be called`);
    return (x) => made[method](x);
  }

  // entry() as source text, of what is written `word`.
  entryText(made, word) {
    if (this.framework.isLayer(made)) return `${word}.apply({x})`;
    const method = typeof made === 'function' ? null : METHODS.find((name) => typeof made?.[name] === 'function');
    return `${word}${method ? `.${method}` : ''}({x})`;
  }

  madeBy(make) {
    try {
      const made = make();
      this.entry(made);
      return made;
    } catch {
      return null; // Then it is not meant to be called like this.
    }
  }
}

function setters(instance) {
  const names = new Set();
  for (let at = instance; at && at !== Object.prototype; at = Object.getPrototypeOf(at))
    for (const name of Object.getOwnPropertyNames(at)) names.add(name);
  const isMethod = (name) => {
    try {
      return typeof instance[name] === 'function';
    } catch {
      return false; // A getter may throw whatever it likes.
    }
  };
  return [...names].filter((name) => setsLambda(name) && isMethod(name));
}

// The parameter that takes the tensor, once this place is taken for λ; -1 where there is none.
function tensorPlace(parameters, strength) {
  const free = (index) => index !== strength.index && parameters[index].name && !parameters[index].isOptional;
  const indices = [...parameters.keys()].filter(free);
  return indices.find((index) => meansTensor(parameters[index].name)) ?? indices[0] ?? -1;
}

const emptyArgument = (parameter) => (parameter.keys.length && !parameter.isOptional ? {} : undefined);

// Arguments by position, as far as the last one that is given; a member is given within an object of its own.
function argumentsOf(parameters, given) {
  const last = Math.max(...given.map(([place]) => place.index));
  const all = parameters.slice(0, last + 1).map(emptyArgument);
  for (const [place, value] of given) all[place.index] = place.key === undefined ? value : { [place.key]: value };
  return all;
}

// The same as source text.
function argumentsText(parameters, given) {
  const last = Math.max(...given.map(([place]) => place.index));
  const all = parameters.slice(0, last + 1).map(emptyText);
  for (const [place, text] of given) all[place.index] = place.key === undefined ? text : `{ ${place.key}: ${text} }`;
  return all.join(', ');
}

const emptyText = (parameter) => JSON.stringify(emptyArgument(parameter)) ?? 'undefined';

function spoken(parameters, place, byPosition) {
  if (place.key !== undefined || !byPosition) return `argument ${place.name}`;
  return `${ORDINALS[place.index] ?? 'last'} argument`;
}

function copyOf(instance) {
  return Object.assign(Object.create(Object.getPrototypeOf(instance)), instance);
}
