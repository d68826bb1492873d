// Starts the build script, or says what is missing. The one step before it that needs no Rust.

import { spawnSync } from 'node:child_process';

const NODE = 20;

const missing = (what) => {
  console.error(`${what}\nThen run the same command again; everything else installs itself.`);
  process.exit(1);
};

if (Number(process.versions.node.split('.')[0]) < NODE) {
  missing(`Node.js ${NODE} or newer is needed; this is ${process.versions.node}. Get it from https://nodejs.org`);
}
if (spawnSync('cargo', ['--version']).error !== undefined) {
  missing('Rust is needed and was not found. Get it from https://rustup.rs');
}
const root = new URL('..', import.meta.url);
const { status } = spawnSync('cargo', ['xtask', ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
process.exit(status ?? 1);
