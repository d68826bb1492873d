// From the first import to the first answer, unbundled, in a Node that does nothing else.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { APPS, appsFolder, picked } from '../lib/apps.mjs';
import { node } from '../lib/install.mjs';
import { measured } from '../lib/measure.mjs';
import { WIRES } from '../lib/wires.mjs';

const ENTRY = fileURLToPath(new URL('../lib/cold-node-main.mjs', import.meta.url));
const TEXT = 'Hello there.';

export const name = 'cold-node';
export const title = 'Import and first call in Node, unbundled';
export const unit = 'ms';
export const rounds = 15;
export const cases = [''];

export async function rows(_case, { peersFlag }, rounds) {
  const of = ([name, app]) => ({
    name,
    sample: () => sample(app),
    budget: name === 'ours' ? { most: 25, unit } : undefined,
  });
  const all = picked(APPS, peersFlag).map(of);
  for (const { sample } of all) sample();
  return measured(all, rounds);
}

/** Milliseconds that a fresh process says it took. */
function sample(app) {
  const answers = JSON.stringify(
    Object.fromEntries(Object.values(WIRES).map(({ name, answer }) => [name, answer(TEXT)])),
  );
  const given = { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' };
  const { stdout, status } = spawnSync(node(), [ENTRY, join(appsFolder(), `${app}.mjs`), answers, TEXT], given);
  if (status !== 0) throw new Error(`${app} ended with ${status}`);
  return JSON.parse(stdout);
}
