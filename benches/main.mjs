// The harness itself: the chosen workloads one after the other, told as they end. Started by run.mjs.

import { loadavg } from 'node:os';

import { chosen, readFlags } from './lib/flags.mjs';
import { installedLoad } from './lib/install.mjs';
import { measured } from './lib/measure.mjs';
import { peerLoader } from './lib/peers.mjs';
import { lines } from './lib/print.mjs';
import { workloads } from './lib/workloads.mjs';

const QUICK = 5;

const flags = readFlags(process.argv.slice(2));
const all = peerLoader(flags.peers === 'none' ? undefined : await installedLoad());
const peers = async (wire) => (await all(wire)).filter(({ name }) => name.includes(flags.peers ?? ''));
const say = (text) => (flags.json ? console.error(text) : console.log(text));

const results = [];
for (const { workload, cases } of chosen(workloads, flags.only)) {
  const { title, unit } = workload;
  const most = flags.rounds ?? (flags.quick ? QUICK : (workload.rounds ?? 21));
  for (const name of cases) {
    const before = loadavg()[0];
    const rows = await measured(await workload.contestants(name, { peers, isQuick: flags.quick === true }), most);
    const result = { workload: workload.name, title, unit, name, rounds: most, load: [before, loadavg()[0]], rows };
    results.push(result);
    say(lines(result));
  }
}
if (flags.json) console.log(JSON.stringify({ date: new Date().toISOString(), node: process.version, results }));
// What peers leave open, sockets and timers, is not waited for.
process.exit(0);
