// The code that people read, taken out of the texts that they read it in: type-checked as strictly as TypeScript can,
// then run against a mock provider. Nothing is retyped, so a text and the library cannot drift apart.

import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { buildSync } from 'esbuild';

import { close, install } from './installed.js';
import { startServers } from './servers.js';

/** The user's own document. It is not part of the project: a checkout without it skips its samples and says so. */
const SEED = resolve('../shared/spec/seed-llm-models.txt');

const ENVIRONMENT = {
  ANTHROPIC_API_KEY: 'sk-ant-sample-0000000001',
  ANTHROPIC_DEV_KEY: 'sk-ant-sample-0000000002',
  ANTHROPIC_PROD_KEY: 'sk-ant-sample-0000000003',
  GOOGLE_API_KEY: 'AIza-sample-000000000004',
  OPENAI_API_KEY: 'sk-sample-00000000000005',
  OPENAI_DEV_KEY: 'sk-sample-00000000000006',
  OPENAI_KEY: 'sk-sample-00000000000007',
};

const servers = await startServers();
const { folder, remove } = install();
const tally = { passed: 0, failed: [] as string[] };
try {
  writeFileSync(join(folder, 'globals.d.ts'), globals());
  await seedSamples();
  await readmeSamples();
  await guides();
} finally {
  remove();
  await servers.stop();
}
close('samples', tally);

async function check(name: string, run: () => unknown): Promise<void> {
  try {
    await run();
    tally.passed += 1;
  } catch (error) {
    tally.failed.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function seedSamples(): Promise<void> {
  if (!existsSync(SEED)) {
    process.stdout.write('skipped: the samples of the original document, which is not beside this checkout\n');
    return;
  }
  const text = readFileSync(SEED, 'utf8');
  await agentSamples(text);
  const statements = modelStatements(text);
  await check(`r01_the_seed_has_its_samples`, () => equal(statements.length, 13));
  const program = [
    `import Ductape from 'ductape-models';`,
    `const ductape = new Ductape({});`,
    ...statements.map((text) =>
      text.replace('envs: [...]', `envs: [{ slug: 'prd', apiKey: 'sk-ant-sample-0000000008' }]`),
    ),
    `const kept = await ductape.model.fetchAll({ product: 'my-product' });`,
    `console.log(JSON.stringify({ listed: models.length, envs: model.envs.map((env) => env.slug), temperature: model.temperature, kept: kept.map((item) => item.tag) }));`,
  ].join('\n');
  await check('r01_every_model_sample_of_the_seed_compiles_and_runs', async () => {
    const result = JSON.parse(await runProgram('seed', program));
    equal(result.listed, 5);
    equal(result.envs, ['dev', 'stg', 'prd']);
    equal(result.temperature, 0.5);
    const left = [
      'claude-creative',
      'claude-fast',
      'claude-opus',
      'gemini-pro',
      'gpt-4-turbo',
      'local-llama',
      'main-model',
      'my-model',
    ];
    equal(result.kept, left);
  });
}

/** Agents over a model that the samples name and do not create; the mock answers every run. */
async function agentSamples(text: string): Promise<void> {
  const statements = agentStatements(text);
  await check(`r01_the_seed_has_its_agents`, () => equal(statements.length, 7));
  const program = [
    `import Ductape from 'ductape-models';`,
    `const ductape = new Ductape({});`,
    `const key = 'sk-ant-sample-0000000008';`,
    `const envs = ['dev', 'stg', 'prd'].map((slug) => ({ slug, apiKey: key }));`,
    `for (const product of ['my-product']) {`,
    `  await ductape.model.create({ product, tag: 'claude-sonnet', name: 'S', provider: 'anthropic', model: 'claude-sonnet-4-5', envs });`,
    `  await ductape.agents.define({ product, tag: 'customer-support', model: 'claude-sonnet' });`,
    `}`,
    ...statements.map((text, at) => `${block(text)} console.log('sample ${at} done');`),
    `const kept = await ductape.agents.fetchAll({ product: 'my-product' });`,
    `const last = await ductape.agents.run({ product: 'my-product', env: 'prd', tag: 'smart-agent', input: 'hello' });`,
    `console.log(JSON.stringify({ kept: kept.map((agent) => agent.tag), output: last.output, status: last.status }));`,
  ].join('\n');
  await check('r01_every_agent_sample_of_the_seed_compiles_and_runs', async () => {
    const printed = (await runProgram('agents', program)).trim().split('\n');
    const result = JSON.parse(printed.at(-1) ?? '');
    equal(result, {
      kept: ['creative-agent', 'customer-support', 'my-agent', 'smart-agent'],
      output: 'Hi there, how can I help?',
      status: 'completed',
    });
    equal(printed.length, statements.length + 1);
  });
}

function block(text: string): string {
  return `{ ${text}\n}`;
}

/** Every sample about agents, each in a scope of its own, since several have the same names. */
function agentStatements(text: string): string[] {
  const filled = text
    .replaceAll('tools: [...]', 'tools: []')
    .replaceAll('input: { ... }', "input: { question: 'Where is my order?' }");
  return statementsOn(filled, /^(const \w+ = )?await ductape\.agents\./);
}

/** Statements about models, each from its first line to the line that closes its last bracket. */
function modelStatements(text: string): string[] {
  return statementsOn(text, /^(const \w+ = )?await ductape\.model\./);
}

function statementsOn(text: string, first: RegExp): string[] {
  const found: string[] = [];
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at += 1) {
    if (!first.test(lines[at] ?? '')) continue;
    const start = at;
    while (!/^\}\);/.test(lines[at] ?? '') && at < lines.length) at += 1;
    found.push(lines.slice(start, at + 1).join('\n'));
  }
  return found;
}

/** The TypeScript of a page, block by block, without its imports. */
function samplesOf(page: string): string[] {
  const blocks = [...readFileSync(page, 'utf8').matchAll(/^```ts\n([\s\S]*?)^```/gm)];
  return blocks.map((match) => (match[1] ?? '').replace(/^import .*\n/gm, ''));
}

/** Pages that are programs: what stands before their samples and after them, and what the whole prints. */
async function guides(): Promise<void> {
  const shop = `import Ductape from 'ductape-models';\nconst ductape = new Ductape({ product: 'shop' });`;
  const memory = `import { memoryStorage } from 'ductape-models/storage/memory';\nconst storage = memoryStorage();`;
  await guide('models', shop, '', [
    `1 [ 'dev sealed', 'prd sealed' ]`,
    'true 0006 true',
    '1 null',
    `null [ 'dev', 'prd' ]`,
    `[ 'envs.stg' ] [ 'envs.dev', 'envs.stg' ]`,
    '800',
    'Hi there, how can I help?',
    '[]',
  ]);
  await guide('overrides', shop, '', [
    `{ temperature: 0.1, maxTokens: 200, stopSequences: [ 'END' ] }`,
    `runtime [ 'environment 0.4', 'agent 0.5', 'model 0.9' ]`,
    'modelEnv agent',
    'false',
    'gpt-4.1-mini modelEnv',
    '1 1',
  ]);
  const two = `import Ductape from 'ductape-models';\n${memory}\nconst privateKey = Ductape.generateKey();`;
  await guide('fallback', `${two}\nconst DOWN = 'http://127.0.0.1:9/v1';`, '', [
    `spare [ 'main network', 'spare ok' ]`,
    'spare',
    'unreachable',
  ]);
  const sealing = `import { generateSealingKey, openWith, sealTo } from 'ductape-models/sealing';`;
  const healthy = `console.log((await app.keys.doctor({ deep: true })).healthy);\nawait guarded.model.fetchAll();`;
  await guide('keys', `import Ductape from 'ductape-models';\n${sealing}\n${memory}`, healthy, [
    '1 records',
    'Hi there, how can I help?',
    '0.3',
    'true',
  ]);
  const model = `{ tag: 'support-model', name: 'S', provider: 'openai', model: 'gpt-4.1', envs }`;
  const envs = `const envs = [{ slug: 'dev', apiKey: 'sk-sample-00000000000012' }];`;
  await guide('agents', `${shop}\n${envs}\nawait ductape.model.create(${model});`, '', [
    'completed Hi there, how can I help?',
    'true',
    'Hi there, how can I ',
    'help?',
    'completed',
    `[ 'support' ]`,
    '500 environment',
  ]);
}

async function guide(page: string, before: string, after: string, prints: string[]): Promise<void> {
  const program = [before, ...samplesOf(`docs/${page}.md`), after].join('\n');
  await check(`docs/${page}.md is a program that compiles and runs`, async () => {
    equal((await runProgram(`guide-${page}`, program)).trim().split('\n'), prints);
  });
}

async function readmeSamples(): Promise<void> {
  const blocks = samplesOf('README.md');
  await check('the README has its samples', () => equal(blocks.length >= 6, true));
  const [first = '', ...rest] = blocks;
  const program = [
    `import Ductape, { DuctapeError } from 'ductape-models';`,
    `import { createGateway, generateTokenKey, mintToken } from 'ductape-models/gateway';`,
    `import { fileStorage } from 'ductape-models/storage/file';`,
    `const tokenKey = generateTokenKey();`,
    `const newKey = 'sk-sample-00000000000009';`,
    `const privateKey = Ductape.generateKey();`,
    `process.env.DUCTAPE_KEY = privateKey;`,
    first,
    ...rest.map((block) => `{\n${block}\n}`),
  ].join('\n');
  await check('every sample of the README compiles and runs', async () => {
    const output = await runProgram('readme', program);
    for (const said of ['Hi there, how can I help?', 'did you mean support?']) {
      if (!output.includes(said)) throw new Error(`not printed: ${said}; printed: ${output}`);
    }
  });
}

/** Compiles and runs a program where the package is installed; returns what it printed. */
async function runProgram(name: string, source: string): Promise<string> {
  writeFileSync(join(folder, `${name}.ts`), source);
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: false,
    noUncheckedIndexedAccess: true,
    noEmit: true,
    target: 'es2022',
    lib: ['es2022'],
    module: 'nodenext',
    types: [],
  };
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: ['globals.d.ts', `${name}.ts`] }),
  );
  await node([resolve('node_modules/typescript/bin/tsc'), '--project', '.']);
  const outfile = join(folder, `${name}.mjs`);
  buildSync({
    entryPoints: [join(folder, `${name}.ts`)],
    outfile,
    format: 'esm',
    target: 'node20',
    banner: { js: onlyTheMock() },
  });
  return node([outfile]);
}

async function node(args: string[]): Promise<string> {
  const options = { cwd: folder, timeout: 60_000, env: { ...process.env, ...ENVIRONMENT } };
  try {
    return (await promisify(execFile)(process.execPath, args, options)).stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${stdout}${stderr}`.trim().slice(-3000));
  }
}

/** Samples name the vendors' real hosts; here every request goes to the mock, or nowhere. */
function onlyTheMock(): string {
  return `const toNetwork = globalThis.fetch;
globalThis.fetch = (input, init) => {
  const request = new Request(input, init);
  const path = request.url.replace(/^https:\\/\\/api\\.(openai|anthropic)\\.com\\/v1/, ${JSON.stringify(servers.mock)});
  if (!path.startsWith('http://127.0.0.1:')) throw new Error('a sample would have left this machine');
  return toNetwork(new Request(path, request));
};`;
}

function globals(): string {
  return `declare const process: { env: Record<string, string | undefined>; stdout: { write(text: string): void } };
declare const console: { log(...values: unknown[]): void };
declare class CryptoKey { readonly type: string; readonly extractable: boolean }
declare const crypto: {
  getRandomValues<T extends Uint8Array>(bytes: T): T;
  readonly subtle: { importKey(format: 'raw', bytes: Uint8Array, how: object, extractable: boolean, usages: string[]): Promise<CryptoKey> };
};`;
}

function equal(got: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(got), JSON.stringify(expected)];
  if (a !== b) throw new Error(`got ${a}, expected ${b}`);
}
