/**
 * 10,000 increments by 64 writers on every store of this runtime with compare-and-set, none lost; and 10,000 updates of
 * 64 clients through the whole library, none lost. With `--long`, the whole kit in its long form over the stores of the edge
 * and of pages, too.
 */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const COUNT = 10_000;
const WRITERS = 64;
const KEYS = 64;

const [tarball, ...flags] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'ductape-prove-'));
let missed = 0;
try {
  const library = await install();
  await increments('memory', () => library.memory.memoryStorage());
  await increments('file', () => library.file.fileStorage({ folder: join(folder, 'store') }));
  await overHttp(library);
  await updates(library);
  if (flags.includes('--long')) long();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = missed > 0 ? 1 : 0;

async function install() {
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'prove', private: true, type: 'module' }));
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--offline', '--loglevel=error'];
  const { status } = spawnSync('npm', ['install', tarball, ...options], { cwd: folder, stdio: 'inherit' });
  if (status !== 0) throw new Error('the package cannot be installed');
  const dist = (name) => import(pathToFileURL(join(folder, 'node_modules/ductape-models/dist', name)).href);
  const [index, file, http, memory] = await Promise.all(
    ['index.js', 'storage/file.js', 'storage/http.js', 'storage/memory.js'].map(dist),
  );
  return { Ductape: index.default, file, http, memory };
}

/**
 * 64 writers at once count up 64 counters, each writer's own way through them, and start over where another came first.
 * One counter for all would measure nothing but the waiting for it.
 */
async function increments(name, factory) {
  const storage = await factory();
  const keys = Array.from({ length: KEYS }, (_, at) => `lm1/prove/k${at}`);
  for (const key of keys) await storage.put(key, '0');
  await figure(`${name}: increments by ${WRITERS} writers`, COUNT, async () => {
    let conflicts = 0;
    const work = async (_, writer) => {
      for (let step = writer; step < COUNT; step += WRITERS) {
        const key = keys[(step * 7919 + writer) % KEYS];
        for (;;) {
          const { value, etag } = await storage.get(key);
          const done = await storage.put(key, String(Number(value) + 1), { ifMatch: etag });
          if (!('conflict' in done)) break;
          conflicts += 1;
        }
      }
    };
    await Promise.all(Array.from({ length: WRITERS }, work));
    let sum = 0;
    for (const key of keys) sum += Number((await storage.get(key)).value);
    if (sum !== COUNT) throw new Error(`${COUNT - sum} lost, ${conflicts} conflicts`);
  });
}

async function overHttp(library) {
  const storage = library.memory.memoryStorage();
  const server = createServer(async (incoming, outgoing) => {
    const parts = [];
    for await (const part of incoming) parts.push(part);
    const { method, headers } = incoming;
    const body = method === 'PUT' ? { body: Buffer.concat(parts) } : {};
    const request = new Request(`http://127.0.0.1${incoming.url}`, { method, headers, ...body });
    const answer = await library.http.serveStorage(storage, request);
    outgoing.writeHead(answer.status, Object.fromEntries(answer.headers));
    outgoing.end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${server.address().port}`;
  try {
    await increments('http', () => library.http.httpStorage({ url }));
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** 64 clients, each an own one, add environments of their own to 16 models and change them. */
async function updates({ Ductape, memory }) {
  const storage = memory.memoryStorage();
  const privateKey = Ductape.generateKey();
  const writers = Array.from({ length: WRITERS }, () => new Ductape({ product: 'p', privateKey, storage }));
  const tags = Array.from({ length: 16 }, (_, at) => `m${at}`);
  const envs = (slug, maxTokens) => [{ slug, baseUrl: 'https://llm.example/v1', apiKey: `sk-${slug}`, maxTokens }];
  for (const tag of tags) {
    await writers[0].model.create({ tag, name: tag, provider: 'custom', model: 'm', envs: envs('base', 1) });
  }
  const count = COUNT;
  await figure('client: updates by 64 clients', count, async () => {
    const work = async (client, at) => {
      for (let step = 0; step < count / writers.length; step += 1) {
        const tag = tags[(at + step) % tags.length];
        await untilDone(() => client.model.update({ tag, envs: envs(`w${at}`, step + 1) }));
      }
    };
    await Promise.all(writers.map(work));
    const models = await writers[0].model.fetchAll();
    for (const [at] of writers.entries()) {
      for (const [place, tag] of tags.entries()) {
        const last = lastStep(at, place, tags.length, Math.ceil(count / writers.length));
        const env = models.find((model) => model.tag === tag).envs.find(({ slug }) => slug === `w${at}`);
        if (env?.maxTokens !== last) throw new Error(`${tag}: the last update of writer ${at} is lost`);
      }
    }
    const found = await writers[0].keys.doctor({ deep: true });
    if (!found.healthy) throw new Error(`not healthy: ${JSON.stringify(found.problems.slice(0, 3))}`);
  });
}

/** The library starts over five times; whoever meets sixty-three others may need more. */
async function untilDone(update) {
  for (;;) {
    try {
      return await update();
    } catch (error) {
      if (error.code !== 'conflict') throw error;
    }
  }
}

function lastStep(writer, place, models, steps) {
  let last = 0;
  for (let step = 0; step < steps; step += 1) if ((writer + step) % models === place) last = step + 1;
  return last;
}

/** Every case of the kit in its long form, where the stores are at home. */
function long() {
  const started = performance.now();
  const command = ['scripts/xtask.mjs', 'test', 'edge-stores', 'page-stores'];
  const { status } = spawnSync(process.execPath, command, { stdio: 'inherit', env: { ...process.env, LONG: '1' } });
  report('the kit in its long form on the edge and in pages', '', status === 0 ? undefined : 'see above', started);
}

async function figure(name, count, work) {
  const started = performance.now();
  const fault = await work().then(
    () => undefined,
    (error) => error?.stack ?? String(error),
  );
  report(name, `${count.toLocaleString('en')}, `, fault, started);
}

function report(name, count, fault, started) {
  if (fault !== undefined) missed += 1;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(`stores: ${name}: ${count}${fault === undefined ? '0 lost' : `MISSED: ${fault}`}, ${seconds} s\n`);
}
