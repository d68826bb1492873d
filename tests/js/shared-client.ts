// One client that many requests of a Worker share, all of them changing the same model: no request may wait for what only
// another one can wake.

import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { equal } from './suite.js';
import { binary } from './workerd.js';

const REQUESTS = 50;
const LIMIT_MS = 60_000;

/** The Worker; bundled by the runner, as every program with the package is. */
export const SHARED_CLIENT = `
import Ductape from 'ductape-models';
import { memoryStorage } from 'ductape-models/storage/memory';

const kept = memoryStorage();
const storage = {
  capabilities: kept.capabilities,
  async get(key) { await scheduler.wait(1); return kept.get(key); },
  async put(key, value, options) { await scheduler.wait(1); return kept.put(key, value, options); },
  delete: (key, options) => kept.delete(key, options),
  list: (prefix, options) => kept.list(prefix, options),
};
let ductape;
const env = (number) => ({ slug: 'e' + number, apiKey: 'sk-shared-0123456789' });

export default {
  async fetch(request) {
    const number = new URL(request.url).searchParams.get('n');
    ductape ??= new Ductape({ product: 'shop', storage, privateKey: Ductape.generateKey() });
    if (number === null) {
      await ductape.model.upsert({ tag: 'a', name: 'A', provider: 'openai', model: 'gpt-4.1', envs: [env('')] });
      return Response.json((await ductape.model.fetch({ tag: 'a' })).envs.length);
    }
    const { rev } = await ductape.model.update({ tag: 'a', envs: [env(number)] });
    return Response.json(rev);
  },
};`;

/** Serves it from `folder`, where `worker.js` and `core.wasm` lie, and sends all requests at once. */
export async function sharedClient(folder: string): Promise<void> {
  const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [(name = "worker.js", esModule = embed "worker.js"), (name = "core.wasm", wasm = embed "core.wasm")],
    compatibilityDate = "2026-07-01"))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]);
`;
  writeFileSync(join(folder, 'shared.capnp'), config);
  const child = spawn(binary(), ['serve', '--control-fd=3', 'shared.capnp'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  try {
    const url = await new Promise<string>((done, reject) => {
      child.once('close', () => reject(new Error('workerd ended before it listened')));
      let report = '';
      child.stdio[3]?.on('data', (part) => {
        report += part;
        const port = /"port":(\d+)/.exec(report)?.[1];
        if (port !== undefined) done(`http://127.0.0.1:${port}`);
      });
    });
    const asked = async (query: string): Promise<unknown> => (await fetch(url + query)).json();
    equal(await asked('/'), 1);
    const revs = await Promise.all(Array.from({ length: REQUESTS }, (_, at) => asked(`/?n=${at}`)));
    equal(
      revs.map(Number).sort((a, b) => a - b),
      revs.map((_, at) => at + 2),
    );
  } finally {
    clearTimeout(timer);
    child.kill('SIGTERM');
  }
}
