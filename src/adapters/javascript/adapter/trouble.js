// What can go wrong, as values, and how an exception is put into words.
import { fileURLToPath } from 'node:url';

const LONGEST_MESSAGE = 500;
const LONGEST_TRACE = 8000;
const OURS = fileURLToPath(new URL('.', import.meta.url));

// The request can't be understood: gradproof's fault, or that of whoever wrote it by hand.
export class ProtocolTrouble extends Error {
  kind = 'protocol';
}

// The subject can't be served at all; kind is import, missing or form.
export class SubjectTrouble extends Error {
  constructor(kind, message, trace = '') {
    super(message);
    this.kind = kind;
    this.trace = trace;
  }
}

// This one case has no result; kind is raised, returned or unsupported.
export class CaseTrouble extends SubjectTrouble {}

// The subject wanted to end the process, which is an answer to us and not an order.
export class Exit extends Error {
  name = 'Exit';
}

// A trouble as the `error` object of a reply.
export function asReply(error) {
  const reply = { kind: error.kind, message: flat(error.message) };
  if (error.trace) reply.traceback = error.trace;
  return reply;
}

// An exception as `Type: message`, on one line of bounded length.
export function oneLine(error) {
  try {
    if (!(error instanceof Error)) return flat(`${typeof error}: ${String(error)}`);
    return flat(error.message ? `${error.name}: ${error.message}` : error.name);
  } catch {
    return '(its message can\'t be printed)'; // message and toString are the subject's code.
  }
}

// The stack as the author would see it, without our own frames; the end of it when it is long.
export function trace(error) {
  try {
    const text = String(error.stack ?? '').split('\n').filter((line) => !line.includes(OURS)).join('\n');
    return text.length <= LONGEST_TRACE ? text : `${text.slice(0, LONGEST_TRACE)}…`;
  } catch {
    return '';
  }
}

function flat(text) {
  const line = String(text).split(/\s+/).filter(Boolean).join(' ');
  return line.length <= LONGEST_MESSAGE ? line : `${line.slice(0, LONGEST_MESSAGE)}…`;
}

// What something is, in words.
export function described(thing) {
  if (thing === null || thing === undefined) return String(thing);
  if (Array.isArray(thing)) return `an array of ${thing.length}`;
  if (typeof thing === 'function') return `the function ${thing.name || '(without a name)'}`;
  if (typeof thing !== 'object') return `a ${typeof thing}`;
  if (typeof thing.then === 'function') return 'a promise (a gradient needs the value at once)';
  return `a ${thing.constructor?.name ?? 'object'}`;
}

// Runs the subject's code; what it throws is the case's error, whatever it is.
export function asking(stage, action) {
  try {
    return action();
  } catch (error) {
    if (error instanceof CaseTrouble) throw error;
    throw new CaseTrouble('raised', `${stage} raised ${oneLine(error)}`, trace(error));
  }
}
