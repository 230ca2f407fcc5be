// The parameters of a JavaScript function or class, read from its source: nothing else tells their names.

const NAME = /^[\p{L}_$][\p{L}\p{N}_$]*$/u;

// An array of { name, keys, isOptional }: a parameter that is taken apart has keys in place of a name, and one whose
// members are read in the body has both. null where the source tells nothing: built-in code, and `...rest` alone.
export function parametersOf(thing) {
  const source = withoutComments(Function.prototype.toString.call(thing));
  const list = isClass(thing) ? listOfConstructor(source) : listOf(source);
  if (list === undefined) return null;
  if (list === null) return inherited(thing);
  const parameters = split(list.text).filter(Boolean).map((text) => parameter(text, list.body));
  // Older code, and code that is compiled to look like it, takes arguments without naming them.
  if (!parameters.length && !isClass(thing) && /(?<![\p{L}\p{N}_$.])arguments(?![\p{L}\p{N}_$])/u.test(list.body)) return null;
  if (parameters.some((each) => each.isRest)) {
    const named = parameters.filter((each) => !each.isRest);
    return named.length ? named : isClass(thing) ? inherited(thing) : null;
  }
  return parameters;
}

export function isClass(thing) {
  return typeof thing === 'function' && /^class\b/.test(Function.prototype.toString.call(thing));
}

// A class without a constructor has that of the class above it.
function inherited(kind) {
  const above = Object.getPrototypeOf(kind);
  return isClass(above) ? parametersOf(above) : [];
}

function listOf(source) {
  if (/\{\s*\[native code\]\s*\}\s*$/.test(source)) return undefined;
  const single = /^(?:async\s+)?([\p{L}_$][\p{L}\p{N}_$]*)\s*=>/u.exec(source);
  if (single) return { text: single[1], body: source };
  return within(source, source.indexOf('('));
}

function listOfConstructor(source) {
  const at = /(?:^|[\s;{}])constructor\s*\(/.exec(source);
  return at ? within(source, at.index + at[0].length - 1) : null;
}

function within(source, open) {
  const close = closing(source, open);
  return { text: source.slice(open + 1, close), body: source.slice(close + 1) };
}

function parameter(text, body) {
  if (text.startsWith('...')) return { isRest: true };
  const equals = outside(text, '=');
  const isOptional = equals >= 0;
  const head = (isOptional ? text.slice(0, equals) : text).trim();
  if (head.startsWith('{')) return { name: null, keys: keysIn(head), isOptional };
  return { name: NAME.test(head) ? head : null, keys: NAME.test(head) ? membersRead(head, body) : [], isOptional };
}

// { a, b: c = 1, ...rest } has the keys a and b.
function keysIn(pattern) {
  const inside = pattern.slice(1, closing(pattern, 0));
  return split(inside).filter((each) => each && !each.startsWith('...'))
    .map((each) => /^['"]?([\p{L}_$][\p{L}\p{N}_$]*)/u.exec(each)?.[1]).filter(Boolean);
}

// What a body reads of an object: config.alpha, config?.alpha, and const { alpha } = config.
function membersRead(name, body) {
  const plain = name.replaceAll('$', '\\$');
  const found = [...body.matchAll(new RegExp(`(?<![\\p{L}\\p{N}_$.])${plain}\\??\\.([\\p{L}_$][\\p{L}\\p{N}_$]*)(?!\\s*\\()`, 'gu'))];
  const apart = [...body.matchAll(new RegExp(`(\\{[^{}]*\\})\\s*=\\s*${plain}(?![\\p{L}\\p{N}_$.(])`, 'gu'))];
  return [...new Set([...found.map((each) => each[1]), ...apart.flatMap((each) => keysIn(each[1]))])];
}

// Text ------------------------------------------------------------------------------------------------------

// The parts between the commas that stand in no brackets.
function split(text) {
  const parts = [];
  let from = 0;
  walk(text, (at, depth) => {
    if (depth === 0 && text[at] === ',') {
      parts.push(text.slice(from, at).trim());
      from = at + 1;
    }
  });
  return [...parts, text.slice(from).trim()];
}

// Where this character stands in no brackets, or -1; an = that is part of => or == is none.
function outside(text, wanted) {
  let found = -1;
  walk(text, (at, depth) => {
    if (found < 0 && depth === 0 && text[at] === wanted && !'=>'.includes(text[at + 1] ?? ' ')) found = at;
  });
  return found;
}

function closing(text, open) {
  let found = text.length;
  walk(text.slice(open), (at, depth) => {
    if (found === text.length && depth === 0 && at > 0 && ')]}'.includes(text[open + at])) found = open + at;
  });
  return found;
}

// Visits each character that is in no string, with the depth of brackets in which it stands.
function walk(text, visit) {
  let depth = 0;
  for (let at = 0; at < text.length; ++at) {
    const character = text[at];
    if ('\'"`'.includes(character)) {
      for (++at; at < text.length && text[at] !== character; ++at) if (text[at] === '\\') ++at;
      continue;
    }
    if (')]}'.includes(character)) --depth;
    visit(at, depth);
    if ('([{'.includes(character)) ++depth;
  }
}

// Comments go, and strings stay.
function withoutComments(source) {
  return source.replace(/("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|\/\/[^\n]*|\/\*[^]*?\*\//g, (_, string) => string ?? ' ');
}
