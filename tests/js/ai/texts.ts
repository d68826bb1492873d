// Texts that compile and run where the package and the SDK are installed: the type test and the page about the SDK.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

import { compile, link, node, onlyTo, program } from '../page.js';
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

async function page(folder: string, mock: string): Promise<string> {
  const text = readFileSync('docs/ai-sdk.md', 'utf8');
  const source = program(text.replaceAll('MOCK', mock));
  await compile(folder, 'page', source);
  const outfile = join(folder, 'page.mjs');
  const banner = { js: `globalThis.AI_SDK_LOG_WARNINGS = false;\n${onlyTo(mock)}` };
  buildSync({ entryPoints: [join(folder, 'page.ts')], outfile, format: 'esm', target: 'node20', banner });
  return node(folder, [outfile]);
}
