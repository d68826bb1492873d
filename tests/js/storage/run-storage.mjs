/** Runs every *.test.mjs of this folder under node:test and closes with one line that counts. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from 'node:test';

const here = import.meta.dirname;
const files = readdirSync(here)
  .filter((name) => name.endsWith('.test.mjs'))
  .map((name) => join(here, name));

let passed = 0;
let failed = 0;
const isTest = (data) => data.details?.type !== 'suite' && !files.includes(data.name);
const stream = run({ files, concurrency: 2 });
stream.on('test:pass', (data) => {
  if (isTest(data)) passed += 1;
});
stream.on('test:fail', (data) => {
  failed += 1;
  const error = data.details.error;
  process.stderr.write(`FAILED ${data.name}\n  ${error?.cause?.stack ?? error?.stack ?? error}\n`);
});
stream.on('test:stderr', (data) => process.stderr.write(data.message));
stream.on('end', () => {
  process.stdout.write(`node-storage: ${passed} passed, ${failed} failed\n`);
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
});
stream.resume();
