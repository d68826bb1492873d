/** The published opener of sealed keys, as the docs show it, over every published vector. It shares no code with us. */

import { readdirSync, readFileSync } from 'node:fs';
import { openSealed } from '../../docs/open-envelope.mjs';

const VECTORS = new URL('../vectors/seal/', import.meta.url);
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** As docs/envelope.md says: ten characters from the first 50 bits of the subkey `kid`. */
async function keyId(key) {
  const hmac = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-512' }, false, ['sign']);
  const subkey = await crypto.subtle.sign('HMAC', hmac, new TextEncoder().encode('llm-models/subkey/v1\0kid\x01'));
  const bits = [...new Uint8Array(subkey, 0, 7)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return Array.from({ length: 10 }, (_, n) => BASE32[Number.parseInt(bits.slice(n * 5, n * 5 + 5), 2)]).join('');
}

function read(name) {
  const text = readFileSync(new URL(name, VECTORS), 'utf8');
  const end = text.indexOf('\n\n');
  const fields = text
    .slice(0, end)
    .split('\n')
    .map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]);
  const all = (field) => fields.filter(([held]) => held === field).map(([, value]) => value);
  return { sealed: text.slice(end + 2, -1), all, one: (field) => all(field)[0] };
}

async function outcome({ sealed, all, one }) {
  const held = all('product key').map((text) => Buffer.from(text.split('.')[1], 'base64url'));
  const keys = Object.fromEntries(await Promise.all(held.map(async (key) => [await keyId(key), key])));
  const opened = openSealed(sealed, keys, JSON.parse(one('context')));
  return await opened.then(
    (key) => (key === one('api key') ? 'opens' : 'another key'),
    (error) => error.message,
  );
}

let passed = 0;
let failed = 0;
const check = (is, name, what) => {
  if (is) {
    passed += 1;
  } else {
    failed += 1;
    process.stderr.write(`FAILED ${name}: ${what}\n`);
  }
};

for (const name of readdirSync(VECTORS).filter((name) => name.endsWith('.txt'))) {
  const vector = read(name);
  const result = await outcome(vector);
  check(result === vector.one('expect'), name, result);
}
check(passed + failed > 150, 'the vectors', `only ${passed + failed} were found`);

const code = readFileSync(new URL('../../docs/open-envelope.mjs', import.meta.url), 'utf8');
const page = readFileSync(new URL('../../docs/envelope.md', import.meta.url), 'utf8');
check(page.includes(code.slice(code.indexOf('const bytes')).trimEnd()), 'docs/envelope.md', 'shows other code');

process.stdout.write(`envelope: ${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 ? 1 : 0;
