// Real bindings in the local workerd: behind them stand miniflare's simulator Workers, run by the workerd that this
// repository pins. Miniflare's own starter stays unused: it needs a newer Node.

import { copyFileSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

const WORKERS = join(dirname(createRequire(resolve('package.json')).resolve('miniflare')), 'workers');
const FILES = {
  'shared.js': 'shared/index.worker.js',
  'zod.js': 'shared/zod.worker.js',
  'object-entry.js': 'shared/object-entry.worker.js',
  'kv.js': 'kv/namespace.worker.js',
  'd1.js': 'd1/database.worker.js',
  'd1-entry.js': 'd1/entry.worker.js',
  'limit.js': 'ratelimit/ratelimit-object.worker.js',
  'limit-module.js': 'ratelimit/ratelimit.worker.js',
};

/** A module of the tests' own Worker, by the name that the configuration gives it. */
export interface Modules {
  script: string;
  lag: string;
}

/** Puts the simulators where a configuration embeds them. */
export function copySimulators(folder: string): void {
  for (const [name, source] of Object.entries(FILES)) copyFileSync(join(WORKERS, source), join(folder, name));
}

/** Puts what the configuration embeds beside it, and returns the configuration. */
export function configured(folder: string, modules: Modules): string {
  copySimulators(folder);
  for (const name of ['state', 'kv', 'd1']) mkdirSync(join(folder, name));
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "lag", worker = (
      modules = [(name = "lag.js", esModule = embed "${modules.lag}")],
      compatibilityDate = "2026-07-01",
      bindings = [(name = "KV", service = "kv")])),
    (name = "kv", worker = ${entry('object-entry.js', 'kv-object', 'KVNamespaceObject', 'models')}),
    (name = "d1", worker = ${entry('d1-entry.js', 'd1-object', 'D1DatabaseObject', 'models')}),
    (name = "kv-object", worker = ${object('kv.js', 'KVNamespaceObject', 'kv-state')}),
    (name = "d1-object", worker = ${object('d1.js', 'D1DatabaseObject', 'd1-state')}),
    ${['state', 'kv', 'd1'].map(disk).join('\n    ')}
  ],
  extensions = [(modules = [
    ${SHARED}])],
);

const main :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "${modules.script}")],
  compatibilityDate = "2026-07-01",
  bindings = [
    (name = "KV", kvNamespace = "kv"),
    (name = "LAGGING_KV", kvNamespace = "lag"),
    (name = "LAG", service = "lag"),
    (name = "DB", wrapped = (moduleName = "cloudflare-internal:d1-api", innerBindings = [(name = "fetcher", service = "d1")])),
    (name = "MODELS", durableObjectNamespace = "Models")],
  durableObjectNamespaces = [(className = "Models", uniqueKey = "edge-models", enableSql = true)],
  durableObjectStorage = (localDisk = "state-state"),
);
`;
}

/** Modules that the simulators import. */
export const SHARED = `(name = "miniflare:shared", esModule = embed "shared.js"),
    (name = "miniflare:zod", esModule = embed "zod.js")`;

export function disk(name: string): string {
  return `(name = "${name}-state", disk = (path = "${name}", writable = true)),`;
}

/** What a binding's requests reach first: it names the object that holds this namespace or database. */
export function entry(file: string, service: string, className: string, name: string): string {
  return `(
      modules = [(name = "${file}", esModule = embed "${file}")],
      compatibilityDate = "2023-07-24", compatibilityFlags = ["rpc", "enhanced_error_serialization"],
      bindings = [
        (name = "MINIFLARE_NAMESPACE", text = "${name}"),
        (name = "MINIFLARE_OBJECT", durableObjectNamespace = (className = "${className}", serviceName = "${service}"))])`;
}

/** What keeps a namespace's or a database's data. */
export function object(file: string, className: string, state: string): string {
  return `(
      modules = [(name = "${file}", esModule = embed "${file}")],
      compatibilityDate = "2023-07-24", compatibilityFlags = ["nodejs_compat", "experimental"],
      durableObjectNamespaces = [(className = "${className}", uniqueKey = "edge-${className}", enableSql = true)],
      durableObjectStorage = (localDisk = "${state}"),
      bindings = [(name = "MINIFLARE_BLOBS", service = "${state}")])`;
}
