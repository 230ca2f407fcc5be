// The two ends of the exchange: whole lines in, whole lines out, and nobody else's prints in between.
import { Console } from 'node:console';
import fs from 'node:fs';
import { promisify } from 'node:util';

const read = promisify(fs.read);
const CHUNK = 1 << 16;

// Moves the exchange to descriptors of its own. From here on whatever the framework or the subject prints, by
// console.log or by writing to descriptor 1, goes to standard error, and what it reads from standard input is
// an empty file. Node has no dup2: a descriptor that is closed is the lowest free one, which the next open takes.
export function takeStandardStreams() {
  const requests = moved(0, 'r', '/dev/null');
  const replies = moved(1, 'a', '/proc/self/fd/2');
  Object.defineProperty(process, 'stdout', { configurable: true, get: () => process.stderr });
  globalThis.console = new Console({ stdout: process.stderr, stderr: process.stderr });
  return { lines: () => linesOf(requests), send: (line) => writeWhole(replies, `${line}\n`) };
}

function moved(descriptor, flags, replacement) {
  let copy;
  try {
    copy = fs.openSync(`/proc/self/fd/${descriptor}`, flags);
  } catch {
    return descriptor; // A socket can't be opened anew; then only the prints by way of Node are redirected.
  }
  fs.closeSync(descriptor);
  try {
    fs.openSync(replacement, flags);
  } catch {
    fs.openSync('/dev/null', flags);
  }
  return copy;
}

async function* linesOf(descriptor) {
  const chunk = Buffer.alloc(CHUNK);
  let pieces = [];
  for (;;) {
    const { bytesRead } = await read(descriptor, chunk, 0, CHUNK, null);
    if (bytesRead === 0) return;
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0 && end < bytesRead; end = chunk.indexOf(10, from)) {
      pieces.push(chunk.subarray(from, end));
      const line = Buffer.concat(pieces).toString('utf8');
      pieces = [];
      from = end + 1;
      yield line;
    }
    // A copy, since the chunk is filled again.
    if (from < bytesRead) pieces.push(Buffer.from(chunk.subarray(from, bytesRead)));
  }
}

function writeWhole(descriptor, text) {
  const bytes = Buffer.from(text, 'utf8');
  for (let at = 0; at < bytes.length;) at += fs.writeSync(descriptor, bytes, at);
}
