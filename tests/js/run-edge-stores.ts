// The stores of Cloudflare over real bindings inside workerd, and the store over HTTP against Node and the demo Worker.

import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

import { fails, kit, limits, runEach } from './edge/checks.js';
import { httpCases, type Library } from './edge/http-cases.js';
import { listenFor } from './edge/node-server.js';
import { configured } from './edge/simulators.js';
import { close, install } from './installed.js';
import { type Case, equal, type Tally } from './suite.js';
import { collected, tallyOf } from './workerd.js';

const LIMIT_MS = process.env.LONG === '1' ? 3_000_000 : 600_000;

type Installed = Library & { testing: typeof import('ductape-models/testing') };

const { folder, remove } = install();
try {
  const tallies = [await runEach(typeCases()), await insideWorkerd(), await overHttp()];
  close('edge-stores', {
    passed: tallies.reduce((sum, { passed }) => sum + passed, 0),
    failed: tallies.flatMap(({ failed }) => failed),
  });
} finally {
  remove();
}

async function insideWorkerd(): Promise<Tally> {
  await build({
    entryPoints: [resolve('tests/js/edge/worker.ts')],
    outfile: join(folder, 'worker.js'),
    bundle: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['workerd', 'worker'],
    external: ['cloudflare:*'],
    define: { 'process.env.LONG': JSON.stringify(process.env.LONG ?? '') },
    // The cases lie in the repository; what they test is what was installed.
    plugins: [
      {
        name: 'installed',
        setup: (bundler) => {
          bundler.onResolve({ filter: /^ductape-models(\/|$)/ }, ({ path, pluginData, kind }) =>
            pluginData === 'again'
              ? undefined
              : bundler.resolve(path, { resolveDir: folder, pluginData: 'again', kind }),
          );
        },
      },
    ],
    logLevel: 'warning',
  });
  copyFileSync(resolve('tests/js/edge/lag.js'), join(folder, 'lag.js'));
  writeFileSync(join(folder, 'config.capnp'), configured(folder, { script: 'worker.js', lag: 'lag.js' }));
  return tallyOf(folder, ['test', '--experimental', 'config.capnp'], LIMIT_MS);
}

async function overHttp(): Promise<Tally> {
  const library = await installed();
  const { http, memory, testing } = library;
  const storage = memory.memoryStorage();
  const server = await listenFor((request) => http.serveStorage(storage, request) as Promise<Response>);
  const state = mkdtempSync(join(tmpdir(), 'ductape-demo-'));
  const { startServer } = await import(pathToFileURL(resolve('worker/dev/server.mjs')).href);
  const demo = await startServer({ folder: state });
  try {
    const overMemory = () => http.httpStorage({ url: server.url });
    const overObject = () => http.httpStorage({ url: `${demo.url}/api/storage` });
    return await runEach([
      ...httpCases(library),
      ...loadingCases(),
      ...kit(testing, 'HTTP over memory', overMemory),
      ...limits('HTTP over memory', overMemory, 1_048_576),
      ...kit(testing, 'HTTP over the demo Worker', overObject),
      ...limits('HTTP over the demo Worker', overObject, 1_048_576),
    ]);
  } finally {
    await demo.stop();
    await server.stop();
    rmSync(state, { recursive: true, force: true });
  }
}

/** The package as Node finds it from a project that installed it. */
async function installed(): Promise<Installed> {
  const parts = { http: 'storage/http', memory: 'storage/memory', kv: 'storage/kv', testing: 'testing' };
  const lines = Object.entries(parts).map(([name, path]) => `export * as ${name} from 'ductape-models/${path}';`);
  writeFileSync(join(folder, 'library.mjs'), lines.join('\n'));
  return import(pathToFileURL(join(folder, 'library.mjs')).href);
}

function loadingCases(): Case[] {
  const names = ['d1', 'durable-object', 'http', 'kv'].map((name) => `ductape-models/storage/${name}`);
  const from = createRequire(join(folder, 'package.json'));
  return [
    {
      name: 'every edge store loads where there are no Workers, as a module and as CommonJS',
      async run() {
        writeFileSync(join(folder, 'edge.mjs'), names.map((name) => `import '${name}';`).join('\n'));
        await import(pathToFileURL(join(folder, 'edge.mjs')).href);
        for (const name of names) from(name);
        const { modelStore } = from('ductape-models/storage/durable-object');
        equal(Object.getPrototypeOf(modelStore(URL)) === URL, true);
      },
    },
    {
      name: 'what the stores share is nobody else’s to import',
      async run() {
        const found = () => from('ductape-models/storage/checks');
        await fails(found, { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' });
      },
    },
  ];
}

function typeCases(): Case[] {
  return [
    {
      name: 'the bindings of Workers fit the stores by type, with every declaration checked',
      async run() {
        copyFileSync(resolve('tests/js/edge/types.ts'), join(folder, 'types.mts'));
        const types = join(
          dirname(createRequire(resolve('package.json')).resolve('@cloudflare/workers-types/package.json')),
        );
        const compilerOptions = {
          target: 'es2022',
          lib: ['es2023'],
          module: 'nodenext',
          strict: true,
          noEmit: true,
          types: [types],
        };
        writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['types.mts'] }));
        const tsc = join(dirname(createRequire(resolve('package.json')).resolve('typescript/package.json')), 'bin/tsc');
        const output = await collected(process.execPath, [tsc, '--project', '.'], folder, LIMIT_MS);
        if (output.trim() !== '') throw new Error(output);
      },
    },
  ];
}
