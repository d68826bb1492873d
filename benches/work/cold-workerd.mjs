// How much later than an empty Worker a fresh workerd answers its first request, one call within.

import { APPS, appsFolder, picked } from '../lib/apps.mjs';
import { measured } from '../lib/measure.mjs';
import { makeWorker, startWorker } from '../lib/workerd.mjs';

const TEXT = 'Hello there.';

export const name = 'cold-workerd';
export const title = 'Cold start in workerd, first call included, over an empty Worker';
export const unit = 'ms';
export const rounds = 11;
export const cases = [''];

export async function rows(_case, { peersFlag }, rounds) {
  appsFolder();
  const all = [{ name: 'empty', sample: sampler(await makeWorker(), 'nothing') }];
  for (const [name, app] of picked(APPS, peersFlag)) all.push({ name, sample: sampler(await makeWorker(app), TEXT) });
  for (const { sample } of all) await sample();
  return over(await measured(all, rounds));
}

/** Every row less the empty one, from the start of the process to the end of the first answer. */
function over([empty, ...rest]) {
  const less = rest.map((row) => ({ ...row, median: row.median - empty.median, cpu: row.cpu - empty.cpu }));
  const [hand] = less;
  return [
    { ...empty, ratio: undefined, cpuRatio: undefined, note: 'from the start of the process' },
    ...less.map((row) => ({
      ...row,
      ratio: row.median / hand.median,
      cpuRatio: row.cpu / hand.cpu,
      budget: row.name === 'ours' ? { most: 10, unit } : undefined,
    })),
  ];
}

function sampler(folder, expected) {
  return async () => {
    const start = performance.now();
    const worker = await startWorker(folder);
    try {
      const text = await (await worker.fetch('/call')).text();
      const clock = performance.now() - start;
      if (text !== expected) throw new Error(`${folder} answered ${text}`);
      return { clock, cpu: worker.cpuNs() / 1e6 };
    } finally {
      await worker.stop();
    }
  };
}
