// Rounds taken in turn: every contestant once a round, in an order that turns from round to round, so that what the machine
// does besides falls on all of them alike.

import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';

import { median, spread } from './statistics.mjs';

/** How long a sample should take: long beside the clock, short beside what disturbs it. */
const SAMPLE_MS = 6;
const WARM_UP_MS = 300;
const MOST_TIMES = 500;

/**
 * Measures one case. A contestant brings `work`, one call of which is `per` units (default 1) and must give `expected`; or
 * `sample`, which measures by itself and answers with a figure. Of work the processor's time is taken too: on a busy machine
 * it is steadier than the clock's.
 */
export async function measured(contestants, rounds) {
  const runners = [];
  for (const contestant of contestants) {
    const sample = contestant.sample ?? (await warmed(contestant));
    runners.push({ contestant, sample, list: [] });
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const runner of inTurn(runners, round)) {
      runner.list.push(await runner.sample());
      // What a library leaves behind for later is not the next one's.
      await setImmediate();
    }
  }
  const hand = runners.find(({ contestant }) => contestant.name === 'hand');
  return runners.map((runner) => row(runner, hand));
}

function row({ contestant: { name, budget, note }, list }, hand) {
  const [clock, cpu] = [of(list, 'clock'), of(list, 'cpu')];
  const middle = median(clock);
  const told = { name, median: middle, spread: spread(clock), budget, note };
  if (cpu.length > 0) told.cpu = median(cpu);
  if (hand !== undefined) told.ratio = middle / median(of(hand.list, 'clock'));
  if (told.cpu !== undefined && hand !== undefined) told.cpuRatio = told.cpu / median(of(hand.list, 'cpu'));
  return told;
}

/** A figure alone is the clock's. */
function of(list, field) {
  const all = list.map((sample) => (typeof sample === 'number' ? { clock: sample } : sample)[field]);
  return all.filter((figure) => figure !== undefined);
}

/** Checks what the work gives, runs it until the compiler has seen it, and chooses how often a sample repeats it. */
async function warmed({ name, work, expected, per = 1, around = (run) => run() }) {
  const given = await around(work);
  if (expected !== undefined) assert.deepEqual(given, expected, `${name} gives something else`);
  const start = performance.now();
  let ran = 0;
  do {
    await around(work);
    ran += 1;
  } while (performance.now() - start < WARM_UP_MS);
  const { clock } = await around(() => timed(work, Math.max(1, Math.ceil(ran / 20))));
  const times = Math.min(MOST_TIMES, Math.max(1, Math.round((SAMPLE_MS * 1000) / clock)));
  return async () => {
    const { clock, cpu } = await around(() => timed(work, times));
    return { clock: clock / per, cpu: cpu / per };
  };
}

/** Microseconds that one of so many calls took, of the clock and of all processors. */
async function timed(work, times) {
  const [start, before] = [performance.now(), process.cpuUsage()];
  for (let at = 0; at < times; at += 1) await work();
  const clock = (performance.now() - start) * 1000;
  const { user, system } = process.cpuUsage(before);
  return { clock: clock / times, cpu: (user + system) / times };
}

function inTurn(list, round) {
  const first = round % list.length;
  const turned = [...list.slice(first), ...list.slice(0, first)];
  return round % 2 === 0 ? turned : turned.reverse();
}
