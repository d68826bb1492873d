// The life of a model, as docs/cli.md tells it: over a folder and over HTTP, and no key anywhere that it does not belong.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { listenFor } from '../edge/node-server.js';
import { equal, has, lacks } from './checks.js';
import type { Stage } from './run.js';
import { type Place, runOne, Shell } from './shell.js';
import { Bindings, follow, type Step, stepsOf } from './transcript.js';

const PAGE = 'docs/cli.md';

/** The last four characters are shown; the rest must never be. */
const CANARIES = {
  OPENAI_DEV_KEY: 'sk-canary-dev-6f1c0b7d9e2adev1',
  OPENAI_KEY: 'sk-canary-prd-0a9c8b7d6e5fprd1',
  NEW_OPENAI_KEY: 'sk-canary-new-1b2d3f4a5c6eprd2',
};

const TOKEN = 'canary-token-77aa31';

/** The cases. */
export async function lifeCases(stage: Stage): Promise<void> {
  const { test } = stage;
  const steps = stepsOf(PAGE);
  await test('the page has its transcript', async () => equal(steps.length >= 20, true));
  await test('the transcript over a folder', async () => {
    const place = stage.place('folder');
    const stored: string[] = [];
    await told(stage, place, steps, CANARIES, () => stored.push(...filesIn(place.folder)));
    equal(
      stored.some((text) => text.includes('gpt-4.1') && text.includes('LMR1')),
      true,
    );
    noCanary(stored.join('\n'), keysOf(place));
  });
  await test('the same transcript over HTTP', () => overHttp(stage, steps));
  await test('JSON has the shapes of the API', () => shapes(stage));
}

/** Runs the page; nothing that it prints and no argument holds a key. */
async function told(
  stage: Stage,
  place: Place,
  steps: readonly Step[],
  env: Record<string, string>,
  afterEach: () => unknown = () => undefined,
): Promise<void> {
  const shell = new Shell(place, env);
  const printed: string[] = [];
  const run = shell.run.bind(shell);
  shell.run = async (command) => {
    const ran = await run(command);
    printed.push(ran.output);
    afterEach();
    return ran;
  };
  try {
    const bindings = new Bindings({ named: 'http://127.0.0.1:4010/v1', real: stage.mock });
    const wrong = await follow(steps, shell, bindings);
    if (wrong.length > 0) throw new Error(wrong.join('\n---\n'));
  } finally {
    shell.end();
  }
  const keys = keysOf(place);
  equal(keys.length, 2);
  noCanary(printed.join('\n'), keys);
  const argv = place.argv();
  has(argv, 'rotate');
  noCanary(argv, keys);
}

/** Everything that was written, but for the files of keys. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => !name.endsWith('.key'))
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, 'latin1'));
}

/** The product keys that the page made. */
function keysOf(place: Place): string[] {
  return ['old.key', 'new.key'].map((name) => {
    const file = join(place.folder, name);
    equal(statSync(file).mode & 0o777, 0o600);
    return readFileSync(file, 'utf8').trim();
  });
}

function noCanary(text: string, keys: readonly string[]): void {
  for (const key of [...Object.values(CANARIES), ...keys, TOKEN]) {
    const bytes = Buffer.from(key);
    const body = bytes.subarray(0, bytes.length - (bytes.length % 3)).toString('base64');
    for (const form of [key, bytes.toString('hex'), body, body.replaceAll('+', '-').replaceAll('/', '_')]) {
      lacks(text, form);
    }
  }
}

async function overHttp(stage: Stage, steps: readonly Step[]): Promise<void> {
  const { memoryStorage, serveStorage } = stage.storage;
  const inner = memoryStorage();
  const seen: string[] = [];
  let refused = 0;
  const server = await listenFor(async (request) => {
    if (request.headers.get('authorization') !== `Bearer ${TOKEN}`) {
      refused += 1;
      return new Response(null, { status: 401 });
    }
    seen.push(decodeURIComponent(request.url), await request.clone().text());
    return (await serveStorage(inner, request as never, { prefix: '/models' })) as Response;
  });
  try {
    const place = stage.place('http');
    const url = `${server.url}/models`;
    const moved = steps.map(({ command, expected }) => ({
      command: command.replace('DUCTAPE_STORE=./models', `DUCTAPE_STORE=${url}`),
      expected,
    }));
    equal(moved.filter(({ command }) => command.includes(url)).length, 1);
    await told(stage, place, moved, { ...CANARIES, DUCTAPE_STORE_TOKEN: TOKEN });
    equal(refused, 0);
    equal(seen.length > 40, true);
    noCanary(seen.join('\n'), keysOf(place));
    const env = { DUCTAPE_STORE: url, DUCTAPE_PRIVATE_KEY_FILE: 'new.key', DUCTAPE_PRODUCT: 'shop' };
    const { code, stderr } = await runOne(place, ['models', 'list'], { env });
    equal(code, 1);
    has(stderr, 'storage_error: the storage failed in list: The store answered list with status 401.');
    equal(refused, 1);
  } finally {
    await server.stop();
  }
}

async function shapes({ library, file, place: at }: Stage): Promise<void> {
  const place = at('shapes');
  const privateKey = library.default.generateKey();
  const storage = file.fileStorage({ folder: join(place.folder, 'store') });
  const ductape = new library.default({ product: 'shop', env: 'dev', privateKey, storage });
  const env = { DUCTAPE_STORE: 'store', DUCTAPE_PRIVATE_KEY: privateKey, DUCTAPE_PRODUCT: 'shop', DUCTAPE_ENV: 'dev' };
  const json = async (args: string[], input = '') => {
    const { stdout, stderr, code } = await runOne(place, [...args, '--json'], { env, input });
    if (code !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
    return JSON.parse(stdout);
  };
  const flags = ['--name', 'Chat', '--provider', 'openai', '--model', 'gpt-4.1', '--stop', 'END', '--key-stdin'];
  const created = await json(['models', 'create', 'chat', ...flags], `${CANARIES.OPENAI_KEY}\n`);
  const tag = 'chat';
  equal(created, await ductape.model.fetch({ tag }));
  equal(await json(['models', 'show', tag]), created);
  equal(await json(['models', 'list']), await ductape.model.fetchAll());
  equal(await json(['models', 'history', tag]), await ductape.model.history({ tag }));
  equal(await json(['models', 'usages', tag]), []);
  equal(await json(['models', 'resolve', tag]), await ductape.resolve({ model: tag }));
  const question = { model: tag, modelConfig: { topP: 0.5, stopSequences: ['A', 'B'], temperature: null } };
  const asked = ['--top-p', '0.5', '--stop', 'A', '--stop', 'B', '--temperature', 'none'];
  equal(await json(['models', 'explain', tag, ...asked]), await ductape.explain(question));
  equal(await json(['keys', 'doctor', '--deep']), await ductape.keys.doctor({ deep: true }));
  equal(await json(['keys', 'rekey']), await ductape.keys.rekey());
  const updated = await json([
    'models',
    'update',
    tag,
    '--activate',
    'dev',
    '--temperature',
    'dev=0',
    '--top-p',
    'none',
  ]);
  equal([updated.envs[0].temperature, updated.topP, updated.rev], [0, null, 2]);
  equal(await json(['models', 'delete', tag, '--yes']), { product: 'shop', tag, referencedBy: [] });
  const missing = await runOne(place, ['models', 'show', tag, '--json'], { env });
  equal([missing.code, missing.stdout], [1, '']);
  equal(JSON.parse(missing.stderr).error.code, 'model_not_found');
}
