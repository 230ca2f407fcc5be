// The other side of trial.js.
import { parentPort, workerData } from 'node:worker_threads';

import { outcomeOf, waysOf } from './binding.js';
import { frameworkCalled } from './frameworks.js';
import { load } from './loading.js';
import { keepAlive } from './service.js';

keepAlive();
const framework = await frameworkCalled(workerData.framework, workerData.file);
const { module, thing } = await load(workerData.file, workerData.name);
parentPort.postMessage('ready');

const ways = waysOf(framework, module, thing, workerData.name);
let at = -1;
parentPort.on('message', (place) => {
  let way;
  for (; at < place; ++at) way = ways.next().value;
  parentPort.postMessage(outcomeOf(framework, way));
});
