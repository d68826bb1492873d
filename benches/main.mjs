// The harness itself: the chosen workloads one after the other, told as they end. Started by run.mjs.

import { loadavg } from 'node:os';

import { refuseNetwork } from './lib/canned.mjs';
import { chosen, readFlags } from './lib/flags.mjs';
import { measured } from './lib/measure.mjs';
import { chosenPeers } from './lib/peers.mjs';
import { lines } from './lib/print.mjs';
import { workloads } from './lib/workloads.mjs';
import { writeResults } from './lib/write.mjs';

refuseNetwork();
const QUICK = 5;

const flags = readFlags(process.argv.slice(2));
const { peers, load } = await chosenPeers(flags.peers);
const say = (text) => (flags.json ? console.error(text) : console.log(text));

const results = [];
for (const { workload, cases } of chosen(workloads, flags.only)) {
  const { title, unit } = workload;
  const most = flags.rounds ?? (flags.quick ? QUICK : (workload.rounds ?? 21));
  for (const name of cases) {
    const before = loadavg()[0];
    const context = { peers, load, peersFlag: flags.peers };
    const rows = await rowsOf(workload, name, context, most);
    const result = { workload: workload.name, title, unit, name, rounds: most, load: [before, loadavg()[0]], rows };
    results.push(result);
    say(lines(result));
  }
}
const run = { date: new Date().toISOString(), node: process.version, results };
if (flags.write) writeResults(run);
if (flags.json) await new Promise((done) => process.stdout.write(`${JSON.stringify(run)}\n`, done));

/** A workload brings contestants, or measures by itself. */
async function rowsOf(workload, name, context, rounds) {
  if (workload.rows) return workload.rows(name, context, rounds);
  const rows = await measured(await workload.contestants(name, context), rounds);
  return [...rows, ...(workload.derived?.(rows) ?? [])];
}

// What peers leave open, sockets and timers, is not waited for.
process.exit(0);
