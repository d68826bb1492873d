// The packed tarball on every runtime that this machine can have. `npm run test:everywhere`; `ONLY=firefox,bun` for some.

import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

import { given } from '../js/given.js';
import { startServers } from '../js/servers.js';
import type { Tally } from '../js/suite.js';
import { collected, MARK } from '../js/workerd.js';
import { bringBrowsers, withChromium } from './browsers.js';
import { consumers } from './consumers.js';
import { installed } from './install.js';
import { pages } from './pages.js';
import { runtimes } from './runtimes.js';

const LIMIT_MS = 300_000;

const servers = await startServers();
const failed: string[] = [];
let passed = 0;
try {
  const folder = installed(process.argv[2] ?? '');
  await build({
    stdin: {
      contents: `export { everything } from './everything.ts';\nexport { runAll } from './suite.ts';`,
      resolveDir: resolve('tests/js'),
    },
    outfile: join(folder, 'suite.mjs'),
    bundle: true,
    format: 'esm',
    logLevel: 'warning',
  });
  writeFileSync(join(folder, 'data.mjs'), `export default ${JSON.stringify(given('everywhere', servers))};`);
  const only = (process.env.ONLY ?? '').split(',').filter((word) => word !== '');
  bringBrowsers();
  const used = withChromium(consumers(folder));
  const all = [...runtimes(folder).map(({ name, command }) => ({ name, commands: [command] })), ...used];
  for (const { name, commands } of all) {
    if (only.length > 0 && !only.some((word) => name.startsWith(word))) continue;
    tell(name, await tallyOf(commands, folder));
  }
  const suite = readFileSync(join(folder, 'suite.mjs'), 'utf8');
  for (const { name, run } of pages(folder, suite, given('everywhere', servers))) {
    if (only.length > 0 && !only.some((word) => name.startsWith(word))) continue;
    const from = performance.now();
    tell(name, { ...(await run()), ms: Math.round(performance.now() - from) });
  }
} finally {
  await servers.stop();
}
process.stdout.write(`everywhere: ${passed} passed, ${failed.length} failed\n`);
if (failed.length > 0 || passed === 0) process.exitCode = 1;

/** What the last command said, or everything that all of them said. */
async function tallyOf(commands: string[][], folder: string): Promise<Tally & { ms: number }> {
  const from = performance.now();
  let output = '';
  for (const [command = '', ...args] of commands) output += await collected(command, args, folder, LIMIT_MS);
  const ms = Math.round(performance.now() - from);
  const line = output.split('\n').find((line) => line.includes(MARK));
  if (line === undefined) return { passed: 0, failed: [output.slice(-4000)], ms };
  return { ...JSON.parse(line.slice(line.indexOf(MARK) + MARK.length)), ms };
}

function tell(name: string, tally: Tally & { ms: number }): void {
  process.stdout.write(`  ${name}: ${tally.passed} passed, ${tally.failed.length} failed, ${tally.ms} ms\n`);
  for (const failure of tally.failed) process.stdout.write(`    not ok: ${failure}\n`);
  passed += tally.passed;
  failed.push(...tally.failed.map((failure) => `${name}: ${failure}`));
}
