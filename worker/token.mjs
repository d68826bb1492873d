// `npm run token:worker -- <product> <env> [model...]`: a token of ten minutes for a first call, signed with the key in
// worker/.dev.vars. Programs call `mintToken` themselves.
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mintToken } from 'ductape-models/gateway';

const [product, env, ...models] = process.argv.slice(2);
if (product === undefined || env === undefined) fail('expected: npm run token:worker -- <product> <env> [model...]');
const file = join(dirname(fileURLToPath(import.meta.url)), '.dev.vars');
const text = await readFile(file, 'utf8').catch(() =>
  fail('there is no worker/.dev.vars; npm run setup:worker makes it'),
);
const key = /^TOKEN_KEY=([^,\s]+)/m.exec(text)?.[1] ?? fail('worker/.dev.vars has no TOKEN_KEY');
const scope = models.length > 0 ? { models } : {};
process.stdout.write(`${await mintToken({ key, product, env, ...scope })}\n`);

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
