// What workerd's processors spend on one stream of 2,000 deltas in network chunks: once warm, and the first in a fresh isolate.

import { appsFolder, picked, STREAMING_APPS } from '../lib/apps.mjs';
import { words } from '../lib/conversations.mjs';
import { measured } from '../lib/measure.mjs';
import { makeWorker, startWorker } from '../lib/workerd.mjs';

const WARM_UP_MS = 2000;
const WARM_UP = 40;
const SAMPLE_MS = 60;
const EXPECTED = String(words().join('').length);

export const name = 'stream-workerd';
export const title = 'CPU of a stream of 2,000 deltas in workerd';
export const unit = 'ms';
export const rounds = 11;
export const cases = Object.keys(STREAMING_APPS).flatMap((wire) => [
  `${wire}, warm`,
  `${wire}, first in a fresh isolate`,
]);

export async function rows(caseName, { peersFlag }, rounds) {
  const [wire, kind] = caseName.split(', ');
  appsFolder();
  const made = [];
  for (const [name, app] of picked(STREAMING_APPS[wire], peersFlag)) made.push([name, await makeWorker(app)]);
  return kind === 'warm' ? warm(made, rounds) : first(made, rounds);
}

async function warm(made, rounds) {
  const workers = [];
  try {
    const all = [];
    for (const [name, folder] of made) {
      const worker = await startWorker(folder);
      workers.push(worker);
      await worker.fetch('/prepare');
      const repeated = await warmedUp(worker);
      all.push({ name, sample: () => spent(worker, repeated), budget: name === 'ours' ? 0.6 : undefined });
    }
    return await measured(all, rounds);
  } finally {
    for (const worker of workers) await worker.stop();
  }
}

function first(made, rounds) {
  const of = ([name, folder]) => {
    const sample = async () => {
      const worker = await startWorker(folder);
      try {
        await worker.fetch('/prepare');
        return await spent(worker, 1);
      } finally {
        await worker.stop();
      }
    };
    return { name, sample, budget: name === 'ours' ? { most: 12, unit } : undefined };
  };
  return measured(made.map(of), rounds);
}

/** Reads until the compiler has seen it, and says how often a sample should. */
async function warmedUp(worker) {
  const start = performance.now();
  let ran = 0;
  for (; ran < WARM_UP && performance.now() - start < WARM_UP_MS; ran += 1) await read(worker);
  return Math.max(1, Math.round((SAMPLE_MS * ran) / (performance.now() - start)));
}

/** Milliseconds of all of its threads, the request's own share included. */
async function spent(worker, times) {
  const before = worker.cpuNs();
  for (let at = 0; at < times; at += 1) await read(worker);
  return (worker.cpuNs() - before) / 1e6 / times;
}

async function read(worker) {
  const text = await (await worker.fetch('/stream')).text();
  if (text !== EXPECTED) throw new Error(`a stream of ${text} characters, not ${EXPECTED}`);
}
