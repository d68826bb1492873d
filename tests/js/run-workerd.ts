// The suite inside workerd, without Node compatibility: the package by its `workerd` condition, the module as a file.

import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

import { given } from './given.js';
import { close, install } from './installed.js';
import { startServers } from './servers.js';
import { SHARED_CLIENT, sharedClient } from './shared-client.js';
import { MARK, tallyOf } from './workerd.js';

const LIMIT_MS = 120_000;

const servers = await startServers();
const { folder, remove } = install();
try {
  await bundle(suite());
  writeFileSync(join(folder, 'config.capnp'), config());
  const tally = await tallyOf(folder, ['test', 'config.capnp'], LIMIT_MS);
  await bundle(SHARED_CLIENT);
  try {
    await sharedClient(folder);
    tally.passed += 1;
  } catch (error) {
    tally.failed.push(`requests that share a client: ${error}`);
  }
  close('workerd', tally);
} finally {
  remove();
  await servers.stop();
}

function suite(): string {
  const source = (name: string) => JSON.stringify(resolve('tests/js', name));
  return `
    import * as library from 'ductape-models';
    import * as sealing from 'ductape-models/sealing';
    import { everything } from ${source('everything.ts')};
    import { runAll } from ${source('suite.ts')};
    export default { async test() {
      const all = everything(library, sealing, ${JSON.stringify(given('workerd', servers))});
      console.log(${JSON.stringify(MARK)} + JSON.stringify(await runAll(all)));
    } };`;
}

async function bundle(worker: string): Promise<void> {
  writeFileSync(join(folder, 'entry.js'), worker);
  const outfile = join(folder, 'worker.js');
  await build({
    entryPoints: [join(folder, 'entry.js')],
    outfile,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['workerd'],
    external: ['*.wasm?module'],
    logLevel: 'warning',
  });
  // What a Workers toolchain does with `?module`: the file becomes a module of the Worker.
  const text = readFileSync(outfile, 'utf8');
  if (!text.includes('./core.wasm?module')) throw new Error('the workerd condition did not lead to the edge entry');
  writeFileSync(outfile, text.replace('./core.wasm?module', './core.wasm'));
  copyFileSync(join(folder, 'node_modules/ductape-models/dist/core.wasm'), join(folder, 'core.wasm'));
}

function config(): string {
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [
  (name = "main", worker = (
    modules = [(name = "worker.js", esModule = embed "worker.js"), (name = "core.wasm", wasm = embed "core.wasm")],
    compatibilityDate = "2025-09-01")),
  (name = "internet", network = (allow = ["local", "private"]))]);
`;
}
