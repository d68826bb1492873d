// Both gateways in one workerd process, each twice: with settings read from its object for every call, and remembered for a
// minute. Knows how they are bundled and bound; measures nothing.
import { spawn } from 'node:child_process';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const SOCKETS = ['ours-store', 'ours-memory', 'hand-store', 'hand-memory'];

/** Resolves to `{urls, pid, stop()}`. */
export async function startGateways(folder, secrets) {
  await Promise.all(['ours-state', 'hand-state'].map((name) => mkdir(join(folder, name), { recursive: true })));
  await Promise.all([
    bundle('worker/src/index.ts', join(folder, 'ours.js')),
    bundle('benches/gateway/handwritten.js', join(folder, 'hand.js')),
    copyFile(fileURLToPath(import.meta.resolve('ductape-models/core.wasm')), join(folder, 'core.wasm')),
    writeFile(join(folder, 'config.capnp'), configuration()),
  ]);
  const child = spawn(binary(), ['serve', '--control-fd=3', 'config.capnp'], {
    cwd: folder,
    env: secrets,
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  });
  const urls = await listening(child);
  return { urls, pid: child.pid, stop: () => child.kill('SIGTERM') };
}

async function bundle(entry, outfile) {
  await build({
    entryPoints: [join(ROOT, entry)],
    outfile,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['workerd', 'worker'],
    external: ['cloudflare:*'],
    plugins: [
      {
        name: 'wasm-module',
        setup: (bundler) =>
          bundler.onResolve({ filter: /\.wasm\?module$/ }, () => ({ path: './core.wasm', external: true })),
      },
    ],
    logLevel: 'warning',
  });
}

function listening(child) {
  return new Promise((done, reject) => {
    let report = '';
    child.stdio[3].on('data', (part) => {
      report += part;
      const heard = report.split('\n').flatMap((line) => (line.includes('"listen"') ? [JSON.parse(line)] : []));
      if (heard.length === SOCKETS.length) {
        done(Object.fromEntries(heard.map(({ socket, port }) => [socket, `http://127.0.0.1:${port}`])));
      }
    });
    child.on('exit', (code) => reject(new Error(`workerd ended (exit code ${code})`)));
  });
}

function configuration() {
  const ours = (seconds, store, own) => `(
    modules = [(name = "ours.js", esModule = embed "ours.js"), (name = "core.wasm", wasm = embed "core.wasm")],
    compatibilityDate = "2026-07-01",${own}
    bindings = [
      (name = "PRODUCT_KEY", fromEnvironment = "PRODUCT_KEY"), (name = "ADMIN_KEY", fromEnvironment = "ADMIN_KEY"),
      (name = "TOKEN_KEY", fromEnvironment = "TOKEN_KEY"), (name = "LOG", text = "off"),
      (name = "CACHE_SECONDS", text = "${seconds}"), (name = "STORE", durableObjectNamespace = ${store})])`;
  const hand = (seconds, store, own) => `(
    modules = [(name = "hand.js", esModule = embed "hand.js")],
    compatibilityDate = "2026-07-01",${own}
    bindings = [
      (name = "TOKEN_KEY", fromEnvironment = "TOKEN_KEY"), (name = "CACHE_SECONDS", text = "${seconds}"),
      (name = "SETTINGS", durableObjectNamespace = ${store})])`;
  const own = (className, name) => `
    durableObjectNamespaces = [(className = "${className}", uniqueKey = "${name}", enableSql = true)],
    durableObjectStorage = (localDisk = "${name}-state"),`;
  const of = (className, service) => `(className = "${className}", serviceName = "${service}")`;
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "ours-store", worker = ${ours(0, '"ModelStore"', own('ModelStore', 'ours'))}),
    (name = "ours-memory", worker = ${ours(60, of('ModelStore', 'ours-store'), '')}),
    (name = "hand-store", worker = ${hand(0, '"Settings"', own('Settings', 'hand'))}),
    (name = "hand-memory", worker = ${hand(60, of('Settings', 'hand-store'), '')}),
    (name = "ours-state", disk = (path = "ours-state", writable = true)),
    (name = "hand-state", disk = (path = "hand-state", writable = true)),
    (name = "internet", network = (allow = ["local", "private"]))],
  sockets = [${SOCKETS.map((name) => `(name = "${name}", address = "127.0.0.1:0", http = (), service = "${name}")`).join(', ')}],
);
`;
}

/** The platform's binary; the package's own starter needs its install script. */
function binary() {
  const require = createRequire(join(ROOT, 'package.json'));
  const os = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@cloudflare/workerd-${os}-${process.arch === 'x64' ? '64' : process.arch}`;
  return join(dirname(require.resolve(`${name}/package.json`)), 'bin/workerd');
}
