// One sample of work/cold-node.mjs: `node cold-node-main.mjs PROGRAM ANSWERS TEXT`. Says the milliseconds of the clock and of
// all processors.

import { pathToFileURL } from 'node:url';
import { refuseNetwork } from './canned.mjs';

refuseNetwork();
const [program, given, expected] = process.argv.slice(2);
const answers = JSON.parse(given);
const url = pathToFileURL(program).href;
// The runtime's own parts are loaded when they are first used; they are nobody's doing.
await new Response('{}').json();

const [start, before] = [performance.now(), process.cpuUsage()];
const { call, wire } = await import(url);
const headers = { 'content-type': 'application/json' };
const text = await call(async () => new Response(answers[wire], { headers }));
const clock = performance.now() - start;
const { user, system } = process.cpuUsage(before);
if (text !== expected) throw new Error(`${program} answered ${text}`);
process.stdout.write(JSON.stringify({ clock, cpu: (user + system) / 1000 }), () => process.exit(0));
