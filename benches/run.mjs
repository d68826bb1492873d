// What things cost next to the same by hand, and next to the packages that one would use instead. Starts the harness on the
// pinned Node, once what it compares with is installed.
//
//   npm run bench -- --help

import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { chosen, HELP, readFlags } from './lib/flags.mjs';
import { install, node } from './lib/install.mjs';
import { workloads } from './lib/workloads.mjs';

try {
  const flags = readFlags(process.argv.slice(2));
  const picked = chosen(workloads, flags.only);
  if (flags.help) console.log(HELP);
  else if (flags.list)
    for (const { workload, cases } of picked) for (const one of cases) console.log(`${workload.name}/${one}`);
  else process.exitCode = start(flags);
} catch (error) {
  console.error(`bench: ${error.message}`);
  process.exitCode = 2;
}

function start(flags) {
  if (flags.peers !== 'none') install();
  const main = join(dirname(fileURLToPath(import.meta.url)), 'main.mjs');
  const { status, signal } = spawnSync(node(), ['--expose-gc', main, ...process.argv.slice(2)], { stdio: 'inherit' });
  if (signal) throw new Error(`ended by ${signal}`);
  return status;
}
