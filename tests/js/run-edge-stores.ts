// The stores of Cloudflare over real bindings inside workerd, and the store over HTTP against Node and the demo Worker.

import { spawn } from 'node:child_process';
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

const LIMIT_MS = process.env.LONG === '1' ? 3_000_000 : 600_000;
const MARK = 'TALLY ';

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
  const output = await run(['test', '--experimental', 'config.capnp']);
  const line = output.split('\n').find((line) => line.includes(MARK));
  return line ? JSON.parse(line.slice(line.indexOf(MARK) + MARK.length)) : { passed: 0, failed: [output] };
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
        const output = await collected(process.execPath, [tsc, '--project', '.']);
        if (output.trim() !== '') throw new Error(output);
      },
    },
  ];
}

/** The platform's binary; the package's own starter needs its install script. */
function binary(): string {
  const require = createRequire(resolve('package.json'));
  const name = `@cloudflare/workerd-${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch === 'x64' ? '64' : process.arch}`;
  return join(dirname(require.resolve(`${name}/package.json`)), 'bin/workerd');
}

function run(args: string[]): Promise<string> {
  return collected(binary(), args);
}

/** Everything that a child says, on either way. */
function collected(command: string, args: string[]): Promise<string> {
  return new Promise((done, reject) => {
    const child = spawn(command, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
    let output = '';
    const take = (part: Buffer) => {
      output += part;
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('error', reject);
    child.on('close', () => {
      clearTimeout(timer);
      done(output);
    });
  });
}
