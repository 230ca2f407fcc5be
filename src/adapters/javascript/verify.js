// Judges a gradient reversal layer that lives in this process, as from a test:
//
//     import { verify } from 'gradproof';
//     test('the layer reverses', () => verify(gradReverse));
//
// The program gradproof does the judging: $GRADPROOF_PROGRAM, else the one that came with this package, else `gradproof` on
// the path. It asks, and we answer over a Unix socket in a folder that nobody else can enter.
import { AssertionError } from 'node:assert';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { frameworkFor } from './adapter/frameworks.js';
import { openLayer, openSchedule } from './adapter/opening.js';
import { converse } from './adapter/service.js';

const OURS = fileURLToPath(new URL('.', import.meta.url));
const HOLDS = 0;
const VERDICTS = [HOLDS, 1, 3, 4]; // the exit codes that come with a report; docs/reference/exit-codes.md

// Resolves to the report's text where the layer is VERIFIED, and rejects with an AssertionError whose message is that text
// where it is not. Options: name, contract ('schedule' for a schedule of λ in place of a layer), lambda (how λ is given, such as 'ctor:alpha'), reads, seed, graphs, dtypes, timeout,
// failures (the folder for replay files), and replay (such a file, to judge its case alone).
export async function verify(layer, options = {}) {
  const from = callersFile();
  const name = plainName(options.name ?? layer?.name ?? layer?.constructor?.name);
  const opened = once(async () => (options.contract === 'schedule' ? openSchedule(layer, name, options)
    : openLayer((await frameworkFor(from)).framework, layer, name, options)));
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'gradproof-'));
  const server = net.createServer((connection) => answerOn(connection, opened));
  try {
    await listening(server, path.join(folder, name));
    // The program runs in that folder, so that the report calls the layer by its name and not by a path.
    const { code, out, error } = await judged(argumentsOf(options, `socket:${name}`), folder);
    if (code === HOLDS) return out;
    if (VERDICTS.includes(code)) throw new AssertionError({ message: `${inALine(out)}\n\n${out}`, stackStartFn: verify });
    throw new Error(`gradproof ended with exit code ${code}: ${error.trim()}`);
  } finally {
    server.close();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function argumentsOf({ seed, graphs, dtypes, timeout, contract, failures = 'gradproof-failures', replay }, target) {
  if (replay !== undefined) return ['replay', path.resolve(replay), '--subject', target, '--quiet'];
  const given = Object.entries({ seed, graphs, dtype: dtypes?.join(), timeout, contract, failures: path.resolve(failures) }).filter(([, value]) => value !== undefined);
  return ['verify', target, '--quiet', ...given.flatMap(([name, value]) => [`--${name}`, String(value)])];
}

// The verdict and its cause: all that a summary of many tests shows of the message.
function inALine(report) {
  const verdict = /^(?:NOT VERIFIED|INCONCLUSIVE|NO SUBJECT|FAILS).*$/m.exec(report);
  const cause = /^ {2}likely cause: (.*)$/m.exec(report);
  return (verdict ? verdict[0] : 'not verified') + (cause ? `: ${cause[1]}` : '');
}

function once(action) {
  let result;
  return () => (result ??= action());
}

// The file that called verify(): the framework is the one that it would import.
function callersFile() {
  const lines = new Error().stack.split('\n').slice(1);
  for (const line of lines) {
    const found = /(file:\/\/[^\s)]+?|\/[^\s)]+?):\d+:\d+\)?$/.exec(line);
    const file = found && (found[1].startsWith('file:') ? fileURLToPath(found[1]) : found[1]);
    if (file && !file.startsWith(OURS)) return file;
  }
  return path.join(process.cwd(), 'somewhere.js');
}

// A name for the report that can stand in a path. A socket's whole path has to be short.
function plainName(name) {
  return String(name || 'layer').replace(/[^A-Za-z0-9_]+/g, '_').slice(0, 40);
}

function listening(server, socket) {
  return new Promise((resolve, reject) => server.once('error', reject).listen(socket, resolve));
}

// Put into the package before `npm pack`, or four folders up, where `cmake --install` has it.
function programOfOurs() {
  const places = ['bin/gradproof', '../../../../bin/gradproof'].map((place) => path.join(OURS, place));
  return places.find((place) => fs.existsSync(place));
}

function judged(words, cwd) {
  const named = process.env.GRADPROOF_PROGRAM || programOfOurs() || 'gradproof';
  const program = named.includes('/') ? path.resolve(named) : named;
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    const texts = { out: '', error: '' };
    child.stdout.setEncoding('utf8').on('data', (text) => { texts.out += text; });
    child.stderr.setEncoding('utf8').on('data', (text) => { texts.error += text; });
    child.on('error', (error) => reject(new Error(
      `can't start ${program} (${error.code}); put gradproof on the path, or name it in GRADPROOF_PROGRAM`)));
    child.on('close', (code, signal) => resolve({ code: code ?? signal, ...texts }));
  });
}

// One connection is what a process is elsewhere: gradproof ends it and connects again when it wants a fresh one.
async function answerOn(connection, opened) {
  connection.on('error', () => {}); // The other side may end it at any time.
  const wire = {
    lines: () => linesOf(connection),
    send: (line) => new Promise((resolve) => { connection.write(`${line}\n`, resolve); }),
  };
  try {
    await converse(wire, opened);
  } catch {
    // Our own fault, or the end of the connection: either way gradproof sees no answer, and says so.
  }
  connection.end();
}

async function* linesOf(connection) {
  let rest = '';
  for await (const piece of connection.setEncoding('utf8')) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop();
    yield* lines;
  }
}
