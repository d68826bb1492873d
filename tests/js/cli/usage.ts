// Help, wrong usage, settings: what is refused before anything is tried, and what never appears in a refusal.

import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { equal, has, lacks } from './checks.js';
import type { Stage } from './run.js';
import { type Place, runOne } from './shell.js';

const CANARY = 'sk-canary-usage-0123456789';

/** Words, what stderr has to say about them. All end with 2 and touch no store. */
const WRONG: readonly (readonly [string, string])[] = [
  ['modles list', 'no such command: modles. Did you mean models list?'],
  ['models lst', 'no such command: models lst. Did you mean models list?'],
  ['list', 'no such command: list. Did you mean models list?'],
  ['model show x', 'Did you mean models show?'],
  ['xyzzy', 'no such command: xyzzy'],
  ['--json models list', 'the command comes before its options'],
  ['models show', 'models show needs <tag>'],
  ['models show a b', 'models show takes no "b"'],
  ['models list --stroe x', 'no such option: --stroe. Did you mean --store?'],
  ['models list -x', 'no such option: -x'],
  ['models list --help=yes', '--help takes no value'],
  ['models list --product', '--product needs a value'],
  ['models list --json --product', '--product needs a value'],
  ['models list --product a --product b', '--product was given twice'],
  ['models list --store s3://bucket', '--store takes a folder or an https:// address'],
  ['models verify a', 'no environment: give --env or DUCTAPE_ENV'],
  ['models create a --name A --provider openai --model m', 'no environment'],
  ['models create a --provider openai --model m --env dev', 'no API key for dev'],
  ['models create a --env dev --key-env dev=NOT_SET', 'the environment variable NOT_SET is not set'],
  ['models create a --env dev,prd --key-env CANARY_KEY', '--key-env: say for which environment'],
  ['models create a --env dev,prd --key-stdin', '--key-stdin: say for which environment'],
  ['models create a --env dev --key-env CANARY_KEY --key-env dev=CANARY_KEY', 'dev is given two keys'],
  ['models create a --env dev --key-stdin', '--key-stdin: stdin is empty'],
  ['models create a --env dev --temperature hot', '--temperature needs a number, or none'],
  ['models create a --base-url http://127.0.0.1:1/', '--base-url: say for which environment'],
  ['models create a --from absent.json', 'absent.json cannot be read (ENOENT)'],
  ['models update a', 'nothing to change'],
  ['models rollback a', '--rev is missing'],
  ['models rollback a --rev last', '--rev needs the number of a revision'],
  ['keys rekey --limit none', '--limit needs a number of records'],
  ['keys retire', 'keys retire needs <id>'],
  [`models create a --api-key ${CANARY}`, 'keys are not taken from the command line'],
  [`models create a --api-key=${CANARY}`, 'keys are not taken from the command line'],
  [`models rotate a --env prd --key-env prd=${CANARY}`, 'argument 7 looks like a key'],
  [`models show ${CANARY}`, 'argument 3 looks like a key'],
  [`${CANARY}`, 'argument 1 looks like a key'],
  ['models list --product lmk1.canary', 'argument 4 looks like a key'],
  [`models list --product ${'0a'.repeat(32)}`, 'argument 4 looks like a key'],
  ['models list --private-key x', 'keys are not taken from the command line'],
];

/** The cases. */
export async function usageCases(stage: Stage): Promise<void> {
  const { test } = stage;
  const place = stage.place('usage');
  const privateKey = stage.library.default.generateKey();
  const env = { DUCTAPE_STORE: 'store', DUCTAPE_PRIVATE_KEY: privateKey, DUCTAPE_PRODUCT: 'shop', CANARY_KEY: CANARY };

  for (const [words, said] of WRONG) {
    await test(`wrong usage: ${words.replace(CANARY, '(a key)')}`, async () => {
      const { stdout, stderr, code } = await runOne(place, words.split(' '), { env });
      equal([code, stdout], [2, '']);
      has(stderr, said);
      lacks(stderr, 'canary');
      if (words.includes('--json')) equal(JSON.parse(stderr).error.code, 'usage');
      else equal(stderr.startsWith('usage: '), true);
    });
  }
  await test('none of that touched a store', async () => equal(existsSync(join(place.folder, 'store')), false));

  await settings(stage, place, env);
  await keyFiles(stage, privateKey);
  await help(stage);
  await fromFiles(stage, env);
  await hostile(stage);
}

async function settings({ test, place: at }: Stage, place: Place, env: Record<string, string>): Promise<void> {
  const list = (more: Record<string, string>) => runOne(place, ['models', 'list'], { env: { ...env, ...more } });

  await test('a product key and a store are asked for by name', async () => {
    const { stderr, code } = await list({ DUCTAPE_PRIVATE_KEY: '' });
    equal(code, 2);
    has(stderr, 'usage: no product key: set DUCTAPE_PRIVATE_KEY');
    has((await list({ DUCTAPE_STORE: '' })).stderr, 'usage: no store: give --store');
  });

  await test('a folder that is not there is named, not taken for an empty store', async () => {
    const { stderr, code } = await list({ DUCTAPE_STORE: 'stroe' });
    equal([code, stderr], [1, 'store_not_found: there is no folder stroe\n']);
  });

  await test('a bad product key is refused without being shown', async () => {
    for (const DUCTAPE_PRIVATE_KEY of ['lmk1.canary', 'canary', `${CANARY}${CANARY}`]) {
      mkdirSync(join(place.folder, 'empty'), { recursive: true });
      const { stdout, stderr, code } = await list({ DUCTAPE_PRIVATE_KEY, DUCTAPE_STORE: 'empty' });
      equal([code, stdout], [1, '']);
      has(stderr, 'invalid_input: ');
      lacks(stderr, 'canary');
    }
    const two = await list({ DUCTAPE_PRIVATE_KEY: `${env.DUCTAPE_PRIVATE_KEY} ${env.DUCTAPE_PRIVATE_KEY}` });
    has(two.stderr, 'DUCTAPE_PRIVATE_KEY holds more than one key');
    const address = await list({ DUCTAPE_STORE: 'https://ada:canary@127.0.0.1/' });
    equal(address.code, 1);
    lacks(address.stderr, 'canary');
  });

  await test('ductape.config.json says where to work', async () => {
    const own = at('config');
    const { DUCTAPE_PRIVATE_KEY = '' } = env;
    const config = (value: unknown) =>
      writeFileSync(join(own.folder, 'ductape.config.json'), typeof value === 'string' ? value : JSON.stringify(value));
    const run = () => runOne(own, ['models', 'list'], { env: { DUCTAPE_PRIVATE_KEY } });
    mkdirSync(join(own.folder, 'kept'));
    config({ store: './kept', product: 'shop' });
    equal(await run(), { stdout: 'no models\n', stderr: '', code: 0 });
    config({ store: './kept', product: 'turnkey', retired: ['aaaaaaaaaa'] });
    const { stdout } = await runOne(own, ['keys', 'doctor', '--json'], { env: { DUCTAPE_PRIVATE_KEY } });
    equal(
      JSON.parse(stdout).keys.map(({ role }: { role: string }) => role),
      ['primary', 'retired'],
    );
    const more = { DUCTAPE_PRIVATE_KEY, DUCTAPE_STORE: 'of-env' };
    has((await runOne(own, ['models', 'list'], { env: more })).stderr, 'no folder of-env');
    has((await runOne(own, ['models', 'list', '--store', 'of-option'], { env: more })).stderr, 'no folder of-option');
    const wrong: [unknown, string][] = [
      [{ stor: 'x' }, 'no such field: "stor". Did you mean store?'],
      [{ store: 7 }, 'store: expected a text'],
      [[], 'expected {}'],
      [`{\n"store": canary}`, 'is not JSON'],
      [{ store: './kept', privateKey: 'canary' }, 'holds a key or names one'],
      [{ store: './kept', product: CANARY }, 'holds a key or names one'],
      [{ store: 'https://ada:canary@127.0.0.1/' }, 'holds a key or names one'],
      [{ store: './kept', products: { shop: { envs: ['dev'], token: 'canary' } } }, 'holds a key or names one'],
    ];
    for (const [value, said] of wrong) {
      config(value);
      const { stderr, code } = await run();
      equal(code, 2);
      has(stderr, said);
      lacks(stderr, 'canary');
    }
  });
}

async function keyFiles({ test, place: at, library }: Stage, privateKey: string): Promise<void> {
  const place = at('key-files');
  mkdirSync(join(place.folder, 'store'));
  const file = join(place.folder, 'product.key');
  writeFileSync(file, `${privateKey}\n`);
  const list = (env: Record<string, string>) =>
    runOne(place, ['models', 'list'], { env: { DUCTAPE_STORE: 'store', DUCTAPE_PRODUCT: 'shop', ...env } });

  await test('a key file that others can read is refused', async () => {
    for (const mode of [0o644, 0o640, 0o604, 0o622]) {
      chmodSync(file, mode);
      const { stderr, code } = await list({ DUCTAPE_PRIVATE_KEY_FILE: 'product.key' });
      equal(code, 2);
      has(stderr, 'DUCTAPE_PRIVATE_KEY_FILE: others can read product.key');
    }
    chmodSync(file, 0o600);
    equal((await list({ DUCTAPE_PRIVATE_KEY_FILE: 'product.key' })).code, 0);
  });

  await test('a key in the place of a file name is not shown', async () => {
    const { stderr, code } = await list({ DUCTAPE_PRIVATE_KEY_FILE: privateKey });
    equal(code, 2);
    has(stderr, 'it takes the path of a file');
    lacks(stderr, privateKey);
    const both = await list({ DUCTAPE_PRIVATE_KEY_FILE: 'product.key', DUCTAPE_PRIVATE_KEY: privateKey });
    has(both.stderr, 'DUCTAPE_PRIVATE_KEY and DUCTAPE_PRIVATE_KEY_FILE are both set');
  });

  await test('keys generate prints the key and nothing else, or writes a new private file', async () => {
    const { stdout, stderr, code } = await runOne(place, ['keys', 'generate']);
    equal([code, stderr], [0, '']);
    new library.default({ privateKey: stdout.trim() });
    equal(/^lmk1\.[\w.-]+\n$/.test(stdout), true);
    const again = await runOne(place, ['keys', 'generate', '--out', 'product.key']);
    equal([again.code, again.stdout, again.stderr], [1, '', 'already_exists: product.key is there already\n']);
  });

  await test('a job with a public key stores what it cannot open', async () => {
    const pair = JSON.parse((await runOne(place, ['keys', 'generate', '--sealing', '--json'])).stdout);
    const common = { DUCTAPE_STORE: 'store', DUCTAPE_PRODUCT: 'shop', CANARY_KEY: CANARY };
    const flags = '--name A --provider openai --model gpt-4.1 --env dev --key-env CANARY_KEY'.split(' ');
    const job = { ...common, DUCTAPE_PUBLIC_KEY: pair.publicKey };
    const created = await runOne(place, ['models', 'create', 'a', ...flags], { env: job });
    equal([created.code, created.stderr], [0, '']);
    const app = { ...common, DUCTAPE_PRIVATE_KEY: privateKey };
    const shut = JSON.parse((await runOne(place, ['keys', 'doctor', '--deep', '--json'], { env: app })).stdout);
    equal(shut.problems[0].code, 'unknown_key');
    const opens = { ...app, DUCTAPE_SEALING_KEYS: pair.privateKey };
    equal((await runOne(place, ['keys', 'doctor', '--deep'], { env: opens })).code, 0);
    const both = await runOne(place, ['models', 'list'], { env: { ...opens, ...job } });
    has(both.stderr, 'DUCTAPE_PRIVATE_KEY and DUCTAPE_PUBLIC_KEY are both set');
  });
}

async function fromFiles({ test, place: at }: Stage, env: Record<string, string>): Promise<void> {
  const place = at('from');
  const create = async (model: unknown, ...more: string[]) => {
    writeFileSync(join(place.folder, 'model.json'), JSON.stringify(model));
    return runOne(place, ['models', 'create', 'a', '--from', 'model.json', '--json', ...more], { env });
  };
  const model = { name: 'A', provider: 'openai', model: 'gpt-4.1', topP: 0.5, headers: { 'x-team': 'a' } };

  await test('a file names the variable of a key, and options win over it', async () => {
    const envs = [{ slug: 'dev', apiKey: { env: 'CANARY_KEY' }, temperature: 0.1 }];
    const more = ['--top-p', '0.9', '--temperature', 'dev=0.2', '--stop', 'END', '--description', 'x=y'];
    const { stdout, stderr, code } = await create({ ...model, envs }, ...more);
    equal([code, stderr], [0, '']);
    const { topP, stopSequences, headers, description, envs: made } = JSON.parse(stdout);
    equal([topP, stopSequences, headers, description], [0.9, ['END'], { 'x-team': 'a' }, 'x=y']);
    equal([made[0].temperature, made[0].keyHint, made.length], [0.2, CANARY.slice(-4), 1]);
  });

  await test('a file that holds a key is refused, wherever it holds it', async () => {
    for (const wrong of [
      { ...model, envs: [{ slug: 'dev', apiKey: CANARY }] },
      { ...model, envs: [{ slug: 'dev', apiKey: 'canary' }] },
      { ...model, description: CANARY, envs: [] },
      { ...model, headers: { authorization: `Bearer ${CANARY}` } },
    ]) {
      const { stdout, stderr, code } = await create(wrong);
      equal([code, stdout], [2, '']);
      has(stderr, 'model.json holds a key');
      lacks(stderr, 'canary');
    }
    has((await create({ ...model, tag: 'b' })).stderr, 'about another model');
    has((await create({ ...model, envs: {} })).stderr, 'envs: expected a list');
    has((await create({ ...model, product: 'b' }, '--product', 'shop')).stderr, 'another product than --product');
  });
}

async function help({ test, folder, version, place: at }: Stage): Promise<void> {
  const place = at('help');

  await test('every command has help, without loading the package', async () => {
    // Alone in a folder: whatever it loaded besides Node would not be there.
    const alone = join(place.folder, 'main.mjs');
    copyFileSync(join(folder, 'node_modules/ductape-models/dist/cli/main.js'), alone);
    const run = (...args: string[]) => execFileSync(process.execPath, [alone, ...args], { encoding: 'utf8' });
    const main = run('--help');
    equal(run(), main);
    const names = [...main.matchAll(/^ {2}((?:models|keys) \w+|[a-z]+) .*$/gm)].map((found) => found[1] ?? '');
    const commands = names.filter((name) => !name.startsWith('ductape'));
    equal(commands.length >= 16, true);
    for (const name of commands) {
      const text = run(...name.split(' '), '--help');
      has(text, `ductape-models ${name}`);
      has(text, '--help');
      equal(run('help', ...name.split(' ')), text);
    }
    has(run('models'), 'models rotate <tag>');
    equal(run('--version'), `${version}\n`);
  });

  await test('npx finds the command', async () => {
    const text = execFileSync('npx', ['--offline', 'ductape-models', '--version'], { cwd: folder, encoding: 'utf8' });
    equal(text, `${version}\n`);
  });

  await test('a reader that stops early is no failure', async () => {
    const command = 'ductape-models --help | head -n 1; echo done';
    const text = execFileSync('sh', ['-c', command], { encoding: 'utf8', env: place.env(), stdio: 'pipe' });
    has(text, 'done');
  });
}

/** Whoever can write the store cannot drive the terminal of whoever looks at it. */
async function hostile({ test, place: at, library, file }: Stage): Promise<void> {
  const place = at('hostile');
  await test('what a store holds cannot act on a terminal', async () => {
    const privateKey = library.default.generateKey();
    const storage = file.fileStorage({ folder: join(place.folder, 'store') });
    const ductape = new library.default({ product: 'shop', privateKey, storage });
    const name = 'a\u001b]52;c;Y2FuYXJ5\u0007b\u009b2Jc\u202ed\r\ne';
    const envs = [{ slug: 'dev', apiKey: CANARY }];
    await ductape.model.create({ tag: 'a', name, provider: 'openai', model: 'gpt-4.1', envs });
    for (const more of [[], ['--json']]) {
      const args = ['models', 'show', 'a', ...more];
      const env = { DUCTAPE_STORE: 'store', DUCTAPE_PRIVATE_KEY: privateKey, DUCTAPE_PRODUCT: 'shop' };
      const { stdout, code } = await runOne(place, args, { env });
      equal(code, 0);
      const found = /(?!\n)\p{Cc}|\p{Bidi_Control}/u.exec(stdout);
      if (found !== null) throw new Error(`a character ${JSON.stringify(found[0])} came through`);
      if (more.length > 0) equal(JSON.parse(stdout).name, name);
    }
  });
}
