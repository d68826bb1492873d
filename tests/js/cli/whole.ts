// A product's models out of one file, environments side by side, records from store to store.

import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { equal, has, lacks } from './checks.js';
import type { Stage } from './run.js';
import { runOne } from './shell.js';

const CANARY = 'sk-canary-whole-0123456789ab';

const MODEL = { tag: 'chat', name: 'Chat', provider: 'openai', model: 'gpt-4.1', temperature: 0.3 };

/** The cases. */
export async function wholeCases(stage: Stage): Promise<void> {
  await files(stage);
  await environments(stage);
  await transfer(stage);
}

function settings(stage: Stage): Record<string, string> {
  const DUCTAPE_PRIVATE_KEY = stage.library.default.generateKey();
  return { DUCTAPE_STORE: 'store', DUCTAPE_PRIVATE_KEY, DUCTAPE_PRODUCT: 'shop', CANARY_KEY: CANARY };
}

async function files(stage: Stage): Promise<void> {
  const { test } = stage;
  const place = stage.place('wanted');
  const env = settings(stage);
  const write = (name: string, text: string) => writeFileSync(join(place.folder, name), text);
  const run = (...args: string[]) => runOne(place, args, { env });
  const envs = '[{ "slug": "dev", "apiKey": { "env": "CANARY_KEY" } }]';
  const json = `{ "models": [{ ${JSON.stringify(MODEL).slice(1, -1)}, "envs": ${envs} }] }`;

  await test('plan says what apply does, and apply wants to be told', async () => {
    write('shop.json', json);
    const planned = await run('plan', 'shop.json', '--check');
    equal([planned.code, planned.stderr], [3, '']);
    has(planned.stdout, '+ create chat');
    lacks(planned.stdout, 'canary');
    equal((await run('plan', 'shop.json')).code, 0);
    const refused = await run('apply', 'shop.json');
    equal(refused.code, 2);
    has(refused.stderr, '--yes');
    equal(existsSync(join(place.folder, 'store')), false);
    const applied = await run('apply', 'shop.json', '--yes');
    equal([applied.code, applied.stderr], [0, '']);
    has(applied.stdout, 'created chat');
    const again = await run('plan', 'shop.json', '--check', '--json');
    equal([again.code, JSON.parse(again.stdout).clean], [0, true]);
  });

  await test('a module may be the file, or a function of the environment', async () => {
    const model = JSON.stringify({ ...MODEL, temperature: 0.9 }).slice(1, -1);
    write(
      'fn.mjs',
      `export default async (env) => ({ models: [{ ${model}, envs: [{ slug: 'dev', apiKey: env.CANARY_KEY }] }] });`,
    );
    write('object.mjs', `export default { models: [{ ${model}, envs: [{ slug: 'dev' }] }] };`);
    for (const name of ['fn.mjs', 'object.mjs']) {
      const { stdout, stderr, code } = await run('plan', name, '--check', '--json');
      equal([code, stderr], [3, '']);
      const [action] = JSON.parse(stdout).actions;
      equal([action.action, action.changes], ['update', [{ field: 'temperature', from: 0.3, to: 0.9 }]]);
      lacks(stdout, 'canary');
    }
    write('typed.ts', `const models: object[] = [{ ${model}, envs: [{ slug: 'dev' }] }];\nexport default { models };`);
    const typed = await run('plan', 'typed.ts', '--check');
    if ((process.features as { typescript?: unknown }).typescript) equal(typed.code, 3);
    else has(typed.stderr, 'this Node reads no TypeScript');
  });

  await test('what stands in the way is shown, and the rest is done', async () => {
    const other = { ...MODEL, tag: 'other', envs: [{ slug: 'dev', keyRef: 'name' }] };
    write(
      'blocked.json',
      JSON.stringify({ models: [{ ...MODEL, provider: 'cohere', envs: [{ slug: 'dev' }] }, other] }),
    );
    const planned = await run('plan', 'blocked.json', '--check');
    equal(planned.code, 3);
    has(planned.stdout, 'blocked: key_reentry_required: ');
    const applied = await run('apply', 'blocked.json', '--yes');
    equal(applied.code, 1);
    has(applied.stdout, 'created other');
    has(applied.stderr, 'failed: chat: key_reentry_required: ');
    const pruned = await run('apply', 'shop.json', '--prune', '--yes');
    equal(pruned.code, 0);
    has(pruned.stdout, 'deleted other');
    write('wrong.json', JSON.stringify({ models: [{ tag: 'A' }, { ...MODEL, temperature: 7, envs: [] }] }));
    const wrong = await run('plan', 'wrong.json');
    equal([wrong.code, wrong.stderr.split('\n').length], [1, 3]);
    has(wrong.stderr, 'models[1].');
  });

  await test('a file that cannot be used is named, and no key in it is shown', async () => {
    const wrong: [string, string, string][] = [
      ['literal.json', json.replace('{ "env": "CANARY_KEY" }', `"${CANARY}"`), 'literal.json holds a key'],
      ['broken.json', `{ ${CANARY}`, 'broken.json is not JSON'],
      ['list.json', '[]', 'expected { models: [...] }'],
      ['none.mjs', 'export const models = [];', 'none.mjs has no default export'],
      ['throws.mjs', "export default (env) => { throw new Error('no ' + env.CANARY_KEY) };", 'failed: no [redacted]'],
      ['syntax.mjs', 'export default {', 'syntax.mjs failed'],
      ['product.mjs', 'export default { product: "a", models: [] };', 'another product than --product'],
      ['shop.yaml', 'models: []', 'expected a .json, .js, .mjs or .ts file'],
    ];
    for (const [name, text, said] of wrong) {
      write(name, text);
      for (const command of ['plan', 'apply']) {
        const { stdout, stderr, code } = await run(command, name, '--product', 'shop');
        equal([code, stdout], [2, '']);
        has(stderr, said);
        lacks(stderr, 'canary');
      }
    }
  });
}

async function environments(stage: Stage): Promise<void> {
  const { test } = stage;
  const place = stage.place('environments');
  const env = settings(stage);
  const run = (...args: string[]) => runOne(place, args, { env });
  const sides = ['--from', 'dev', '--to', 'prd'];

  await test('environments are compared and brought together', async () => {
    const flags = '--name A --provider openai --model gpt-4.1 --env dev,prd --key-env dev=CANARY_KEY'.split(' ');
    const more = ['--key-env', 'prd=CANARY_KEY', '--temperature', 'dev=0.1', '--max-tokens', 'dev=50'];
    equal((await run('models', 'create', 'a', ...flags, ...more)).code, 0);
    const found = await run('diff', 'a', ...sides);
    equal([found.code, found.stderr], [3, '']);
    has(found.stdout, 'temperature  0.1 -> 0.7');
    const refused = await run('promote', 'a', ...sides);
    equal(refused.code, 2);
    const dry = await run('promote', 'a', ...sides, '--fields', 'temperature', '--dry-run', '--json');
    equal([dry.code, JSON.parse(dry.stdout).changes], [0, [{ field: 'envs.prd.temperature', to: 0.1 }]]);
    equal((await run('promote', 'a', ...sides, '--fields', 'temperature', '--yes')).code, 0);
    const left = await run('diff', 'a', ...sides, '--json');
    equal([left.code, JSON.parse(left.stdout).changes], [3, [{ field: 'maxTokens', from: 50 }]]);
    equal((await run('promote', 'a', ...sides, '--yes', '--json')).code, 0);
    const same = await run('diff', 'a', ...sides);
    equal([same.code, same.stdout], [0, 'a: dev and prd are the same\n']);
    const none = await run('promote', 'a', ...sides);
    equal([none.code, none.stdout], [0, 'nothing differs\n']);
    equal((await run('diff', 'a', '--from', 'dev')).code, 2);
  });

  await test('an audit with findings ends with 3', async () => {
    const clean = await run('audit');
    equal([clean.code, clean.stdout], [0, 'shop: 1 record looked at, nothing found\n']);
    equal((await run('models', 'update', 'a', '--fallback', 'gone')).code, 0);
    const found = await run('audit', '--json');
    equal([found.code, JSON.parse(found.stdout).findings[0].code], [3, 'fallback_missing']);
    has((await run('audit')).stdout, 'fallback_missing');
    equal((await run('audit', '--within', 'soon')).code, 2);
  });
}

async function transfer(stage: Stage): Promise<void> {
  const { test } = stage;
  const place = stage.place('transfer');
  const env = settings(stage);
  const run = (args: string[], input = '') => runOne(place, args, { env, input });
  const flags = '--name A --provider openai --model gpt-4.1 --env dev --key-env CANARY_KEY'.split(' ');

  await test('an export holds no key, and another store takes it', async () => {
    equal((await run(['models', 'create', 'a', ...flags])).code, 0);
    const { stdout } = await run(['export']);
    lacks(stdout, CANARY);
    const taken = await run(['import', '-', '--store', 'copy', '--json'], stdout);
    equal([taken.code, taken.stderr], [0, '']);
    const [one, other] = [
      await run(['models', 'show', 'a', '--json']),
      await run(['models', 'show', 'a', '--json', '--store', 'copy']),
    ];
    equal(JSON.parse(other.stdout).envs, JSON.parse(one.stdout).envs);
    equal((await run(['keys', 'doctor', '--deep', '--store', 'copy'])).code, 0);
    const twice = await run(['import', '-', '--store', 'copy'], stdout);
    equal(twice.code, 1);
    equal((await run(['import', '-', '--store', 'copy', '--on-existing', 'skip'], stdout)).code, 0);
    equal((await run(['import', '-', '--on-existing', 'never'], stdout)).code, 2);
  });

  await test('export --out makes a private file, and a new one only', async () => {
    const out = await run(['export', '--out', 'shop.json']);
    equal([out.code, out.stdout], [0, '']);
    const file = join(place.folder, 'shop.json');
    equal(statSync(file).mode & 0o777, 0o600);
    equal(JSON.parse(readFileSync(file, 'utf8')).format, 'ductape-models');
    equal((await run(['export', '--out', 'shop.json'])).code, 1);
  });
}
