// Imports the subject's file and finds the name in it, whatever the framework.
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { described, oneLine, SubjectTrouble, trace } from './trouble.js';

// The module made from `file`, and the thing that `name`, which may be dotted, stands for.
export async function load(file, name) {
  const module = await imported(file);
  let found = module;
  const walked = [];
  for (const part of name.split('.')) {
    // A file in the older module format has its names in what it exports as a whole.
    const holder = found === module && !(part in module) && isHolder(module.default) && part in module.default ? module.default : found;
    if (!isHolder(holder) || !(part in holder)) throw new SubjectTrouble('missing', nothingCalled(part, holder, walked, file));
    found = holder[part];
    walked.push(part);
  }
  return { module, thing: found };
}

const isHolder = (thing) => thing !== null && (typeof thing === 'object' || typeof thing === 'function');

async function imported(file) {
  const whole = path.resolve(file);
  const found = fs.statSync(whole, { throwIfNoEntry: false });
  if (!found?.isFile())
    throw new SubjectTrouble('import', `${file} ${found ? 'is a folder, not a file' : 'does not exist'}`);
  try {
    return await import(pathToFileURL(whole).href);
  } catch (error) {
    throw new SubjectTrouble('import', `importing ${placeOf(error, whole, file)} raised ${oneLine(error)}`, trace(error));
  }
}

// The file with the line, where the stack says it.
function placeOf(error, whole, file) {
  const stack = typeof error?.stack === 'string' ? error.stack : '';
  const at = stack.indexOf(`${whole}:`);
  const line = at < 0 ? null : /^:(\d+)/.exec(stack.slice(at + whole.length));
  return line ? `${file}:${line[1]}` : file;
}

function nothingCalled(part, holder, walked, file) {
  const where = walked.length ? `${file}: ${walked.join('.')}` : file;
  if (!isHolder(holder)) return `${where} has no '${part}'; it is ${described(holder)}`;
  const known = Object.keys(holder).sort((a, b) => likeness(b, part) - likeness(a, part));
  const more = known.length > 8 ? ` and ${known.length - 8} more` : '';
  return `${where} has no '${part}'; it exports ${known.length ? known.slice(0, 8).join(', ') + more : 'nothing'}`;
}

// How many pairs of neighbouring letters two names share, out of all that they have.
function likeness(a, b) {
  const pairs = (word) => new Set([...word.toLowerCase()].map((letter, at, all) => letter + (all[at + 1] ?? '')));
  const [first, second] = [pairs(a), pairs(b)];
  return [...first].filter((pair) => second.has(pair)).length / (first.size + second.size);
}
