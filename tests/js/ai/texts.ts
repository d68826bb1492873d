// Texts that compile and run where the package and the SDK are installed: the type test and the page about the SDK.

import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { buildSync } from 'esbuild';

import { equal, type Tally } from '../suite.js';

/** Packages that a consumer of the bridge installs beside this one. */
const PEERS = ['ai', 'ai-v6', '@ai-sdk/provider', '@ai-sdk/provider-v3', 'zod', '@types/node'];

const PRINTED = [
  'Hi there, how can I help?',
  'Hi there, how can I help?',
  'It is clear in Paris. 2',
  'blue',
  'Hi there, how can I help?',
  'support openai',
  'unsupported topK',
  'model_not_found',
];

/** Adds the cases to `tally`, run in the folder that the tarball is installed in. Compilers take longer than calls may. */
export async function run(tally: Tally, folder: string, mock: string): Promise<void> {
  for (const name of PEERS) link(folder, name);
  const cases: [name: string, run: () => Promise<void>][] = [
    [
      'r68 the objects are the SDK’s own types, current and before',
      () => compile(folder, 'conforming', readFileSync('tests/js/ai/conforming.ts', 'utf8')),
    ],
    [
      'docs/ai-sdk.md is a program that compiles and runs',
      async () => equal((await page(folder, mock)).trim().split('\n'), PRINTED),
    ],
    ['the bridge loads as CommonJS, too', () => required(folder)],
  ];
  for (const [name, run] of cases) {
    try {
      await run();
      tally.passed += 1;
    } catch (error) {
      tally.failed.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

async function required(folder: string): Promise<void> {
  writeFileSync(join(folder, 'required.cjs'), REQUIRED);
  equal((await node(folder, ['required.cjs'])).trim(), 'v4 model_not_found');
}

const REQUIRED = `const { Ductape, DuctapeError } = require('ductape-models');
const { ductapeProvider } = require('ductape-models/ai');
const model = ductapeProvider(new Ductape({ product: 'p', env: 'dev' }))('a');
const prompt = [{ role: 'user', content: [{ type: 'text', text: 'x' }] }];
model.doGenerate({ prompt }).catch((error) => console.log(model.specificationVersion, DuctapeError.is(error) && error.code));`;

function link(folder: string, name: string): void {
  const target = join(folder, 'node_modules', name);
  mkdirSync(dirname(target), { recursive: true });
  symlinkSync(resolve('node_modules', name), target, 'junction');
}

async function page(folder: string, mock: string): Promise<string> {
  const text = readFileSync('docs/ai-sdk.md', 'utf8');
  const blocks = [...text.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map((match) => match[1] ?? '');
  const imports = blocks.flatMap((block) => block.match(/^import .*$/gm) ?? []);
  const body = blocks.map((block) => block.replace(/^import .*\n/gm, '').replaceAll('MOCK', mock));
  const source = [...new Set(imports), ...body].join('\n');
  await compile(folder, 'page', source);
  const outfile = join(folder, 'page.mjs');
  const banner = { js: `globalThis.AI_SDK_LOG_WARNINGS = false;\n${onlyTo(mock)}` };
  buildSync({ entryPoints: [join(folder, 'page.ts')], outfile, format: 'esm', target: 'node20', banner });
  return node(folder, [outfile]);
}

/** The page names the vendor's real host; here every request goes to the mock, or nowhere. */
function onlyTo(mock: string): string {
  return `const toNetwork = globalThis.fetch;
globalThis.fetch = (input, init) => {
  const request = new Request(input, init);
  const url = request.url.replace('https://api.openai.com', ${JSON.stringify(mock)});
  if (!url.startsWith('http://127.0.0.1:')) throw new Error('a sample would have left this machine');
  return toNetwork(new Request(url, request));
};`;
}

/** The SDK's own declarations are not ours to check, so they are skipped here; ours are checked by the `package` runner. */
async function compile(folder: string, name: string, source: string): Promise<void> {
  writeFileSync(join(folder, `${name}.ts`), source);
  const compilerOptions = {
    strict: true,
    noUncheckedIndexedAccess: true,
    noEmit: true,
    skipLibCheck: true,
    target: 'es2022',
    lib: ['es2022', 'dom', 'dom.iterable', 'dom.asynciterable'],
    module: 'nodenext',
    types: ['node'],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [`${name}.ts`] }));
  await node(folder, [resolve('node_modules/typescript/bin/tsc'), '--project', '.']);
}

async function node(folder: string, args: string[]): Promise<string> {
  const env = { ...process.env, OPENAI_API_KEY: 'sk-sample-00000000000013' };
  try {
    return (await promisify(execFile)(process.execPath, args, { cwd: folder, timeout: 60_000, env })).stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${stdout}${stderr}`.trim().slice(-3000));
  }
}
