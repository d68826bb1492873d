// `npm run setup:worker`: makes the gateway's keys, keeps them in worker/.dev.vars, which its owner alone can read and git
// ignores, and says how they get to Cloudflare. Prints no key, and changes no file that is there already.
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import Ductape from 'ductape-models';
import { generateAdminKey, tokenKeyOf } from './dev/secrets.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const SECRETS = ['PRODUCT_KEY', 'ADMIN_KEY'];

const file = process.argv[2] ?? join(HERE, '.dev.vars');
const shown = quoted(relative(process.cwd(), file));
const config = quoted(relative(process.cwd(), join(HERE, 'wrangler.jsonc')));
const isNew = await made(file);
const missing = await absent(file);
if (missing.length > 0) {
  process.stderr.write(`${shown} is there and has no ${missing.join(', ')}: move it away and run this again.\n`);
  process.exit(1);
}
process.stdout.write(`${isNew ? 'Made' : 'Kept'} ${shown}. Give the secrets to Cloudflare with\n\n${commands()}\n`);
process.stdout.write(
  'Keep a copy of the file where you keep secrets: without PRODUCT_KEY nothing stored can be opened again.\n',
);

/** Writes new keys, unless the file is there. */
async function made(path) {
  const adminKey = generateAdminKey();
  const lines = [
    '# Secrets of the gateway. TOKEN_KEY follows from ADMIN_KEY: for your own servers, which give tokens to their users.',
    `PRODUCT_KEY=${Ductape.generateKey()}`,
    `ADMIN_KEY=${adminKey}`,
    `TOKEN_KEY=${tokenKeyOf(adminKey)}`,
  ];
  try {
    await writeFile(path, `${lines.join('\n')}\n`, { mode: 0o600, flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

async function absent(path) {
  const text = await readFile(path, 'utf8');
  return SECRETS.filter((name) => !new RegExp(`^${name}=.`, 'm').test(text));
}

/** Through a pipe, so that no key is an argument of a process or stays in a shell's history. */
function commands() {
  return SECRETS.map(
    (name) => `  sed -n 's/^${name}=//p' ${shown} | npx wrangler@4 secret put ${name} --config ${config}\n`,
  ).join('');
}

function quoted(path) {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
