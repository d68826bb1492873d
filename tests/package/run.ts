// The tarball as tools see it: publint, attw, a TypeScript consumer, and what must not occur in the published scripts.

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { close, install } from '../js/installed.js';

const tarball = resolve(process.argv[2] ?? '');
const { folder, remove } = install();
const tally = { passed: 0, failed: [] as string[] };

const check = (name: string, problem: string | undefined) => {
  if (problem === undefined) tally.passed += 1;
  else tally.failed.push(`${name}: ${problem}`);
};

const node = (name: string, script: string, args: string[], cwd: string = process.cwd()) => {
  const run = spawnSync(process.execPath, [resolve('node_modules', script), ...args], { cwd, encoding: 'utf8' });
  check(name, run.status === 0 ? undefined : `${run.stdout}${run.stderr}`.trim().slice(-4000));
};

try {
  node('publint', 'publint/src/cli.js', ['run', tarball, '--strict']);
  node('attw', '@arethetypeswrong/cli/dist/index.js', [tarball, '--exclude-entrypoints', 'core.wasm', '--profile', 'node16']);
  consumers();
  scripts();
  files();
} finally {
  remove();
}
close('package', tally);

function consumers(): void {
  const source = readFileSync(resolve('tests/package/consumer.ts'), 'utf8');
  for (const name of ['consumer.mts', 'consumer.cts']) writeFileSync(join(folder, name), source);
  for (const lib of [['es2022'], ['es2022', 'dom', 'dom.iterable']]) {
    for (const [module, moduleResolution] of [
      ['nodenext', 'nodenext'],
      ['esnext', 'bundler'],
    ]) {
      const options = { strict: true, noEmit: true, skipLibCheck: false, types: [], target: 'es2022' };
      const compilerOptions = { ...options, lib, module, moduleResolution };
      const include = module === 'nodenext' ? ['consumer.mts', 'consumer.cts'] : ['consumer.mts'];
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include }));
      node(`tsc ${moduleResolution} ${lib.join('+')}`, 'typescript/bin/tsc', ['--project', '.'], folder);
    }
  }
}

function scripts(): void {
  const dist = join(folder, 'node_modules/ductape-models/dist');
  const names = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((name) => /\.c?js$/.test(name));
  check('scripts are there', names.length >= 10 ? undefined : names.join());
  for (const name of names) {
    const text = readFileSync(join(dist, name), 'utf8');
    const found = ['import.meta', '\nawait ', '\nfor await', 'new Function(', 'eval('].filter((word) => text.includes(word));
    check(`nothing forbidden in ${name}`, found.length === 0 ? undefined : found.join());
  }
}

function files(): void {
  const manifest = JSON.parse(readFileSync(join(folder, 'node_modules/ductape-models/package.json'), 'utf8'));
  check('no dependencies', manifest.dependencies === undefined ? undefined : JSON.stringify(manifest.dependencies));
}
