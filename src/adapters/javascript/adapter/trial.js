// Tries ways of using a subject, in a thread with modules of its own: the subject that is judged afterwards stays
// untouched, and one that hangs when it is tried is an answer.
import { Worker } from 'node:worker_threads';

const SECONDS = 2;

// An attempt(way, place) for bind(), and close().
export function trials(file, name, framework) {
  const worker = new Worker(new URL('./trial_thread.js', import.meta.url),
    { workerData: { file, name, framework }, stdout: true, stderr: true });
  // What the layer prints, it will print again when it is run in earnest.
  for (const stream of [worker.stdout, worker.stderr]) stream.resume();
  const messages = listener(worker);
  let isReady;
  return {
    attempt: async (way, place) => {
      // Imports take the time that a start may take, and are not this trial's.
      isReady ??= messages.next();
      await isReady;
      worker.postMessage(place);
      return messages.next(SECONDS);
    },
    close: () => worker.terminate(),
  };
}

// What a thread says next, or what its silence or its end means.
function listener(worker) {
  const waiting = [];
  let ending = null;
  const settle = (outcome) => waiting.shift()?.(outcome);
  const end = (text) => {
    ending ??= { rank: 1, text, isFinal: true };
    while (waiting.length) settle(ending);
  };
  worker.on('message', settle);
  worker.on('error', () => end('ended the thread'));
  worker.on('exit', () => end('ended the thread'));
  return {
    next: (seconds) => new Promise((resolve) => {
      if (ending) return resolve(ending);
      waiting.push(resolve);
      if (seconds) setTimeout(() => waiting.includes(resolve) && end(`no answer within ${seconds} s`), seconds * 1000).unref();
    }),
  };
}
