// The frameworks that a subject may be written for, and which one a file means.
//
// A package is looked for from the subject's file upward, as its own import would, so that both get the same one.
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { oneLine, SubjectTrouble, trace } from './trouble.js';

// name: [package, our module]
const FRAMEWORKS = {
  tfjs: ['@tensorflow/tfjs', './tfjs/framework.js'],
  jaxjs: ['@jax-js/jax', './jaxjs/framework.js'],
};

// The framework of a file: of those that it finds, the one that its text names, else the first.
export async function frameworkFor(file) {
  const found = Object.keys(FRAMEWORKS).filter((each) => folderOf(FRAMEWORKS[each][0], file));
  const text = textOf(file);
  const called = found.find((each) => text.includes(FRAMEWORKS[each][0])) ?? found[0];
  if (!called) {
    const names = Object.values(FRAMEWORKS).map(([name]) => name);
    throw new SubjectTrouble('import', `no framework is installed for ${file}: neither its folder nor one above has a node_modules with ` +
      `${names.join(' or ')}; run npm install ${names[0]} in the folder of the file's project`);
  }
  return { framework: await frameworkCalled(called, file), called };
}

export async function frameworkCalled(called, file) {
  const [name, module] = FRAMEWORKS[called];
  try {
    const folder = folderOf(name, file);
    const about = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
    const entry = pathToFileURL(path.join(folder, entryOf(about))).href;
    return await (await import(module)).open(await import(entry), about.version);
  } catch (error) {
    if (error instanceof SubjectTrouble) throw error;
    throw new SubjectTrouble('import', `${name} can't be imported by Node ${process.version} (${oneLine(error)})`, trace(error));
  }
}

function textOf(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return ''; // That the file can't be read is said when it is imported.
  }
}

// The package's folder in the nearest node_modules at or above the file that has it; the real file counts, as for Node.
function folderOf(name, file) {
  const real = fs.existsSync(file) ? fs.realpathSync(file) : path.resolve(file);
  for (let at = path.dirname(real); ; at = path.dirname(at)) {
    const folder = path.join(at, 'node_modules', name);
    if (fs.existsSync(path.join(folder, 'package.json'))) return folder;
    if (at === path.dirname(at)) return null;
  }
}

// The file that `import` of the package would take.
function entryOf({ exports, main }) {
  return chosen(exports?.['.'] ?? exports) ?? main ?? 'index.js';
}

function chosen(target) {
  if (typeof target === 'string' || !target) return target;
  const condition = Object.keys(target).find((each) => ['node', 'import', 'default'].includes(each));
  return condition && chosen(target[condition]);
}
