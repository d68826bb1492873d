// What one call and one event of a stream leave on JavaScript's heap. In a process of its own, whose young generation is so
// large that nothing is collected while something is counted.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { node } from '../lib/install.mjs';
import { measured } from '../lib/measure.mjs';
import * as smallCall from './small-call.mjs';
import * as stream from './stream.mjs';

const YOUNG_MB = 512;
const ENTRY = fileURLToPath(new URL('../lib/allocation-main.mjs', import.meta.url));
const KINDS = { 'small call': smallCall, 'stream, network chunks': stream, 'stream, one event per chunk': stream };
const MOST = { 'small call': 25, 'stream, network chunks': 0.8 };

export const name = 'allocation';
export const title = 'Allocated on the heap';
export const unit = 'kB per call or event';
export const rounds = 7;
export const cases = Object.keys(KINDS).flatMap((kind) => ['anthropic', 'openai'].map((wire) => `${kind}, ${wire}`));

/** The rows of a case, from the process that counts. */
export async function rows(caseName, { peersFlag }, rounds) {
  const young = [`--min-semi-space-size=${YOUNG_MB}`, `--max-semi-space-size=${YOUNG_MB}`];
  const args = ['--expose-gc', ...young, ENTRY, caseName, String(rounds), peersFlag ?? ''];
  const { status, stdout } = spawnSync(node(), args, { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' });
  if (status !== 0) throw new Error(`${caseName}: the process that counts ended with ${status}`);
  return JSON.parse(stdout);
}

/** In that process. */
export async function counted(caseName, peers, rounds) {
  const [kind, wire] = [caseName.slice(0, caseName.lastIndexOf(', ')), caseName.slice(caseName.lastIndexOf(', ') + 2)];
  const { contestants } = KINDS[kind];
  const inner = kind === 'small call' ? wire : `${wire}, ${kind.slice('stream, '.length)}`;
  const all = (await contestants(inner, { peers })).filter(({ around }) => around === undefined);
  return measured(await Promise.all(all.map((one) => counting(one, MOST[kind]))), rounds);
}

async function counting({ name, work, per = 1 }, most) {
  const times = per > 1 ? 1 : 100;
  for (let at = 0; at < times * 5; at += 1) await work();
  const sample = async () => {
    gc();
    const before = process.memoryUsage().heapUsed;
    for (let at = 0; at < times; at += 1) await work();
    return (process.memoryUsage().heapUsed - before) / 1000 / times / per;
  };
  return { name, sample, budget: name.startsWith('ours') && most ? { most, unit: 'kB' } : undefined };
}
