// Opens a subject: a name in a file, or a layer that lives in this process already.
import { bind, outcomeOf } from './binding.js';
import { declared } from './declared.js';
import { frameworkFor } from './frameworks.js';
import { load } from './loading.js';
import { Schedule } from './schedule.js';
import { Subject } from './subject.js';
import { trials } from './trial.js';

export async function openFile(file, name, contract = '') {
  if (contract === 'schedule') return new Schedule(name, await load(file, name));
  const { framework, called } = await frameworkFor(file);
  const { module, thing } = await load(file, name);
  const { attempt, close } = trials(file, name, called);
  try {
    return new Subject(framework, name, await bind(framework, module, thing, name, attempt), declared(module), true);
  } finally {
    await close();
  }
}

// A schedule of λ in hand.
export function openSchedule(thing, name, said) {
  return new Schedule(name, { module: { GRADPROOF: { schedule: said.schedule } }, thing });
}

// What a file says in GRADPROOF is said by `said` here. The trials are in this very process: whoever calls us has the
// layer in hand, with all that it closes over.
export async function openLayer(framework, layer, name, said) {
  const { lambda, reads, convention, vector } = said;
  const module = { GRADPROOF: { lambda, reads, convention, vector } };
  const bound = await bind(framework, module, layer, name, (way) => outcomeOf(framework, way));
  return new Subject(framework, name, bound, declared(module), false);
}
