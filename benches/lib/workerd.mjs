// One Worker in a workerd of its own: how long until it answers, and what its processors spend.

import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { appsFolder } from './apps.mjs';
import { forWorkers } from './bundle.mjs';
import { FOLDER } from './install.mjs';

const LIB = resolve(dirname(fileURLToPath(import.meta.url)));
// The harness takes the global one away from everybody else.
const own = globalThis.fetch;
const START_MS = 30_000;

/** Bundles a Worker into a folder of its own. `app` is a program of benches/apps; none for a Worker that does nothing. */
export async function makeWorker(app) {
  const folder = join(FOLDER, 'workers', app ?? 'empty');
  mkdirSync(folder, { recursive: true });
  const text = app === undefined ? EMPTY : workerText(app);
  const bundled = Buffer.from(await forWorkers(text, appsFolder()));
  writeFileSync(join(folder, 'worker.js'), bundled);
  const hasWasm = bundled.includes('./core.wasm');
  if (hasWasm) copyFileSync(fileURLToPath(import.meta.resolve('ductape-models/core.wasm')), join(folder, 'core.wasm'));
  writeFileSync(join(folder, 'config.capnp'), configuration(hasWasm));
  return folder;
}

const EMPTY = `export default { fetch: async () => new Response('nothing') };`;

function workerText(app) {
  return `import * as app from './${app}.mjs';
import { workerOf } from ${JSON.stringify(join(LIB, 'worker-body.mjs'))};
export default workerOf(app);`;
}

/** Starts it. Resolves once it listens to `{fetch(path), cpuNs(), stop()}`. */
export async function startWorker(folder) {
  const child = spawn(binary(), ['serve', '--control-fd=3', 'config.capnp'], {
    cwd: folder,
    env: {},
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  });
  const ended = new Promise((done) => child.on('exit', done));
  const stop = () => {
    // It would wait for connections that are kept open.
    child.kill('SIGKILL');
    return ended;
  };
  try {
    const port = await listening(child);
    return { fetch: (path) => own(`http://127.0.0.1:${port}${path}`), cpuNs: () => cpuNs(child.pid), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function listening(child) {
  return new Promise((done, reject) => {
    const limit = setTimeout(() => reject(new Error('workerd did not start')), START_MS);
    let report = '';
    child.stdio[3].on('data', (part) => {
      report += part;
      const line = report.split('\n').find((line) => line.includes('"listen"'));
      if (line === undefined) return;
      clearTimeout(limit);
      done(JSON.parse(line).port);
    });
    child.on('exit', (code) => {
      clearTimeout(limit);
      reject(new Error(`workerd ended (exit code ${code})`));
    });
  });
}

/** Nanoseconds that all its threads have run. Only Linux tells. */
function cpuNs(pid) {
  const threads = readdirSync(`/proc/${pid}/task`);
  const ran = (thread) => Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
  return threads.reduce((sum, thread) => sum + ran(thread), 0);
}

function configuration(hasWasm) {
  const wasm = hasWasm ? ', (name = "core.wasm", wasm = embed "core.wasm")' : '';
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [(name = "worker.js", esModule = embed "worker.js")${wasm}],
    compatibilityDate = "2026-07-01", compatibilityFlags = ["nodejs_compat"]))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`;
}

/** The platform's binary; the package's own starter needs its install script. */
export function binary() {
  const require = createRequire(fileURLToPath(new URL('../../package.json', import.meta.url)));
  const os = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@cloudflare/workerd-${os}-${process.arch === 'x64' ? '64' : process.arch}`;
  return join(dirname(require.resolve(`${name}/package.json`)), 'bin/workerd');
}
