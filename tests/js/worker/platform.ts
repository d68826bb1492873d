// The deployed Worker in the local workerd, under several settings at once, each behind a port of its own. No Node compatibility anywhere but in the simulators.

import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { copySimulators, disk, entry, object, SHARED } from '../edge/simulators.js';
import { binary } from '../workerd.js';

/** What every variant gets beyond the secrets; the secrets come from the process's environment, as on the platform. */
const VARIANTS = {
  main: { secrets: ['PRODUCT_KEY', 'ADMIN_KEY'], more: '' },
  d1: { secrets: ['PRODUCT_KEY', 'ADMIN_KEY'], more: `${text('STORAGE', 'd1')}, ${database()}` },
  cached: {
    secrets: ['PRODUCT_KEY', 'ADMIN_KEY'],
    more: `${text('CACHE_SECONDS', '2')}, (name = "CACHE", kvNamespace = "lag")`,
  },
  limited: { secrets: ['PRODUCT_KEY', 'ADMIN_KEY'], more: limiter(3) },
  changed: { secrets: ['PRODUCT_KEY', 'ADMIN_KEY', 'TOKEN_KEY'], more: text('PRODUCT', 'shop') },
  bare: { secrets: ['ADMIN_KEY'], more: '' },
};

/** The settings that run side by side. */
export type Variant = keyof typeof VARIANTS;

/** workerd with all variants. */
export interface Platform {
  urls: Record<Variant, string>;
  /** Everything that it printed, over all restarts. */
  output(): string;
  /** Ends the process and starts it anew over the same disk. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts workerd in a folder that holds `worker.js` and `core.wasm`. */
export async function startPlatform(folder: string, secrets: Record<string, string>): Promise<Platform> {
  copySimulators(folder);
  copyFileSync(resolve('tests/js/edge/lag.js'), join(folder, 'lag.js'));
  for (const name of ['state', 'kv', 'd1', 'limit']) mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, 'config.capnp'), configuration());
  let output = '';
  const urls = {} as Record<Variant, string>;
  const begin = () =>
    started(folder, secrets, urls, (part) => {
      output += part;
    });
  let child = await begin();
  const stop = () => ended(child);
  return {
    urls,
    output: () => output,
    stop,
    async restart() {
      await stop();
      child = await begin();
    },
  };
}

/** Resolves once every socket listens, and notes where. */
function started(
  folder: string,
  secrets: Record<string, string>,
  urls: Record<Variant, string>,
  say: (part: string) => void,
): Promise<ChildProcess> {
  const child = spawn(binary(), ['serve', '--experimental', '--control-fd=3', 'config.capnp'], {
    cwd: folder,
    env: secrets,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  let early = '';
  for (const pipe of [child.stdout, child.stderr]) {
    pipe?.on('data', (part) => {
      early = `${early}${part}`.slice(0, 2000);
      say(String(part));
    });
  }
  return new Promise((done, reject) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), 30_000);
    let report = '';
    child.stdio[3]?.on('data', (part) => {
      report += part;
      const heard = report.split('\n').flatMap((line) => (line.includes('"listen"') ? [JSON.parse(line)] : []));
      for (const { socket, port } of heard) urls[socket as Variant] = `http://127.0.0.1:${port}`;
      if (heard.length < Object.keys(VARIANTS).length) return;
      clearTimeout(timer);
      done(child);
    });
    child.on('close', (code) => reject(new Error(`workerd ended before it listened (exit code ${code}): ${early}`)));
  });
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((done) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), 3000);
    child.on('exit', () => {
      clearTimeout(timer);
      done();
    });
    child.kill('SIGTERM');
  });
}

function configuration(): string {
  const names = Object.keys(VARIANTS) as Variant[];
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    ${names.map((name) => `(name = "on-${name}", worker = ${worker(name)}),`).join('\n    ')}
    (name = "internet", network = (allow = ["local", "private"])),
    (name = "lag", worker = (
      modules = [(name = "lag.js", esModule = embed "lag.js")],
      compatibilityDate = "2026-07-01",
      bindings = [(name = "KV", service = "kv")])),
    (name = "kv", worker = ${entry('object-entry.js', 'kv-object', 'KVNamespaceObject', 'copies')}),
    (name = "d1", worker = ${entry('d1-entry.js', 'd1-object', 'D1DatabaseObject', 'models')}),
    (name = "limit", worker = ${entry('object-entry.js', 'limit-object', 'RateLimiterObject', '1001')}),
    (name = "kv-object", worker = ${object('kv.js', 'KVNamespaceObject', 'kv-state')}),
    (name = "d1-object", worker = ${object('d1.js', 'D1DatabaseObject', 'd1-state')}),
    (name = "limit-object", worker = ${object('limit.js', 'RateLimiterObject', 'limit-state')}),
    ${['state', 'kv', 'd1', 'limit'].map(disk).join('\n    ')}
  ],
  sockets = [
    ${names.map((name) => `(name = "${name}", address = "127.0.0.1:0", http = (), service = "on-${name}"),`).join('\n    ')}
  ],
  extensions = [(modules = [
    (name = "test-internal:limit", esModule = embed "limit-module.js", internal = true),
    ${SHARED}])],
);
`;
}

function worker(name: Variant): string {
  const { secrets, more } = VARIANTS[name];
  // Copies are tested over the store of the variant without them; the others have objects of their own.
  const isShared = name === 'cached';
  const store = isShared ? '(className = "ModelStore", serviceName = "on-main")' : '"ModelStore"';
  const own = `
      durableObjectNamespaces = [(className = "ModelStore", uniqueKey = "worker-${name}", enableSql = true)],
      durableObjectStorage = (localDisk = "state-state"),`;
  const bindings = [
    ...secrets.map((secret) => `(name = "${secret}", fromEnvironment = "${secret}")`),
    `(name = "STORE", durableObjectNamespace = ${store})`,
    ...(more === '' ? [] : [more]),
  ];
  return `(
      modules = [(name = "worker.js", esModule = embed "worker.js"), (name = "core.wasm", wasm = embed "core.wasm")],
      compatibilityDate = "2026-07-01",${isShared ? '' : own}
      bindings = [${bindings.join(', ')}])`;
}

function text(name: string, value: string): string {
  return `(name = "${name}", text = "${value}")`;
}

function database(): string {
  return '(name = "DB", wrapped = (moduleName = "cloudflare-internal:d1-api", innerBindings = [(name = "fetcher", service = "d1")]))';
}

function limiter(limit: number): string {
  const inner = `(name = "fetcher", service = "limit"), (name = "limit", json = "${limit}"), (name = "period", json = "60")`;
  return `(name = "RATE_LIMIT", wrapped = (moduleName = "test-internal:limit", innerBindings = [${inner}]))`;
}
