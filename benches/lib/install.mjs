// What the harness compares with: the pinned packages of benches/package.json, in target/benches, installed when they are
// first asked for and kept until the pins change. `npm test` never does this.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const BENCHES = resolve(dirname(fileURLToPath(import.meta.url)), '..');
/** Where things are put that a run makes. */
export const FOLDER = resolve(BENCHES, '../target/benches');
const FLAGS = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];

/** Installs what is missing. */
export function install() {
  const wanted = readFileSync(join(BENCHES, 'package.json'), 'utf8');
  const mark = join(FOLDER, 'installed.json');
  mkdirSync(FOLDER, { recursive: true });
  // Imports resolve from the file that holds them.
  writeFileSync(join(FOLDER, 'load.mjs'), 'export const load = (name) => import(name);\n');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return;
  process.stderr.write('bench: installing the peers and Node 24 into target/benches, half a gigabyte\n');
  rmSync(join(FOLDER, 'node_modules'), { recursive: true, force: true });
  writeFileSync(join(FOLDER, 'package.json'), wanted);
  execFileSync('npm', ['install', ...FLAGS], {
    cwd: FOLDER,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  writeFileSync(mark, wanted);
}

/** The pinned Node where it is installed, which is on Linux on x64; else the one that runs this. */
export function node() {
  const pinned = join(FOLDER, 'node_modules/node24/bin/node');
  return existsSync(pinned) ? pinned : process.execPath;
}

/** Imports an installed package by its name. */
export async function installedLoad() {
  const { load } = await import(pathToFileURL(join(FOLDER, 'load.mjs')));
  return load;
}
