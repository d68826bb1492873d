// The registry as a whole through the package: audit, compare and promote, plan and apply, export and import.

import { type Case, equal, type Library, type Servers } from './suite.js';
import { casStore } from './vault.js';

const KEY = 'sk-canary-operations-0123456789abcdef';

/** Every case against `library`. */
export function cases(library: Library, servers: Servers): Case[] {
  const { default: Ductape, DuctapeError } = library;
  const list: Case[] = [];
  const test = (name: string, run: () => Promise<void>) => list.push({ name: `operations: ${name}`, run });

  const client = (more: object = {}) =>
    new Ductape({ product: 'shop', dangerouslyAllowBrowser: true, ...more } as never);
  const model = (tag: string, more: object = {}) => ({
    tag,
    name: 'Shop',
    provider: 'openai' as const,
    model: 'gpt-4.1',
    envs: [
      { slug: 'dev', apiKey: `${KEY}-dev` },
      { slug: 'prd', apiKey: `${KEY}-prd` },
    ],
    ...more,
  });
  const refusal = async (work: () => unknown): Promise<string> => {
    try {
      await work();
      return 'no error';
    } catch (error) {
      if (!DuctapeError.is(error)) return `foreign: ${error}`;
      return error.details.field === undefined ? error.code : `${error.code} ${error.details.field}`;
    }
  };
  /** As it is after a file or a network, and with no key in it. */
  const through = <T>(value: T): T => {
    const text = JSON.stringify(value);
    equal(text.includes('canary'), false);
    return JSON.parse(text) as T;
  };

  test('an audit tells of models and agents, and is clean where nothing is wrong', async () => {
    const ductape = client();
    await ductape.model.create(model('a'));
    equal(await ductape.model.audit(), { product: 'shop', scanned: 1, findings: [], clean: true });
    await ductape.model.create(model('b', { model: 'gpt-5', topP: 0.5, fallback: ['gone'] }));
    await ductape.agents.define({ tag: 'clerk', model: 'nowhere' });
    const { scanned, findings, clean } = through(await ductape.model.audit({ env: 'prd', within: 1 }));
    equal([scanned, clean], [3, false]);
    const told = findings.map(({ severity, code, tag, agent, env, field }) => [severity, code, tag, agent, env, field]);
    equal(told, [
      ['error', 'fallback_missing', 'b', undefined, undefined, 'fallback'],
      ['warning', 'unsupported_parameter', 'b', undefined, 'prd', 'topP'],
      ['error', 'agent_model_missing', undefined, 'clerk', undefined, 'model'],
    ]);
    equal(await refusal(() => ductape.model.audit({ within: -1 })), 'invalid_input within');
  });

  test('what was tried in one environment is promoted to another', async () => {
    const ductape = client();
    const envs = [
      { slug: 'dev', apiKey: KEY, temperature: 1, stopSequences: ['END'] },
      { slug: 'prd', apiKey: `${KEY}-prd`, timeout: 5000 },
    ];
    await ductape.model.create(model('a', { temperature: 0.3, envs }));
    const between = { tag: 'a', from: 'dev', to: 'prd' };
    equal(through(await ductape.model.diff(between)), {
      product: 'shop',
      ...between,
      changes: [
        { field: 'temperature', from: 1, to: 0.3 },
        { field: 'timeout', to: 5000 },
        { field: 'stopSequences', from: ['END'] },
      ],
    });
    const dry = through(await ductape.model.promote({ ...between, fields: ['temperature'], dryRun: true }));
    equal([dry.model.rev, dry.changes], [1, [{ field: 'envs.prd.temperature', to: 1 }]]);
    const done = through(await ductape.model.promote(between));
    equal([done.model.rev, done.changes.length, done.model.envs[1]?.keyHint], [2, 3, '-prd']);
    equal((await ductape.model.diff(between)).changes, []);
    equal(await refusal(() => ductape.model.promote({ ...between, fields: ['apiKey'] })), 'invalid_input fields[0]');
  });

  test('r20 a promotion takes no key to another origin', async () => {
    const ductape = client();
    const envs = [
      { slug: 'dev', apiKey: KEY, baseUrl: 'https://proxy.example/v1' },
      { slug: 'prd', apiKey: KEY },
    ];
    await ductape.model.create(model('a', { envs }));
    const promote = () => ductape.model.promote({ tag: 'a', from: 'dev', to: 'prd' });
    equal(await refusal(promote), 'key_reentry_required envs[1].apiKey');
    equal((await ductape.model.fetch({ tag: 'a' })).rev, 1);
  });

  test('wanted models are planned, applied, and then there is nothing to do', async () => {
    const ductape = client();
    const wanted = { models: [model('a', { temperature: 1, providerOptions: { seed: 1 } }), model('b')] };
    const plan = through(await ductape.model.plan(wanted));
    equal(
      plan.actions.map(({ action, tag, rev, blocked }) => [action, tag, rev, blocked]),
      [
        ['create', 'a', undefined, undefined],
        ['create', 'b', undefined, undefined],
      ],
    );
    const applied = through(await ductape.model.apply({ ...wanted, plan }));
    equal([applied.product, applied.done, applied.failed, applied.clean], ['shop', plan.actions, [], true]);
    equal((await ductape.model.plan(wanted)).clean, true);
    equal((await ductape.model.apply(wanted)).done, []);
    const pruned = await ductape.model.apply({ models: [model('b')], prune: true });
    equal(
      pruned.done.map(({ action, tag }) => [action, tag]),
      [['delete', 'a']],
    );
  });

  test('r30c a record that moved since the plan is left alone', async () => {
    const ductape = client();
    const models = [model('a', { temperature: 2 }), model('b')];
    await ductape.model.apply({ models: [model('a')] });
    const plan = through(await ductape.model.plan({ models }));
    await ductape.model.update({ tag: 'a', topP: 1 });
    const applied = await ductape.model.apply({ models, plan });
    equal([applied.failed.map(({ tag, code }) => [tag, code]), applied.clean], [[['a', 'conflict']], false]);
    equal(
      applied.done.map(({ tag }) => tag),
      ['b'],
    );
    const { topP, temperature } = await ductape.model.fetch({ tag: 'a' });
    equal([topP, temperature], [1, undefined]);
  });

  test('r02 every wrong model is told before anything is written', async () => {
    const ductape = client();
    const models = [model('a'), model('b', { envs: [{ slug: 'Dev', apiKey: KEY }] }), model('c', { topP: 7 })];
    equal(await refusal(() => ductape.model.apply({ models })), 'invalid_input models[1].envs[0].slug');
    const error = await ductape.model.plan({ models }).catch((error: unknown) => error);
    const problems = (error as InstanceType<typeof DuctapeError>).details.problems as { field: string }[];
    equal(
      problems.map(({ field }) => field),
      ['models[1].envs[0].slug', 'models[2].topP'],
    );
    equal(await ductape.model.fetchAll(), []);
    const blocked = await ductape.model.plan({ models: [model('d', { envs: [{ slug: 'dev', apiKey: '' }] })] });
    equal([blocked.actions[0]?.blocked?.code, blocked.clean], ['missing_api_key', false]);
  });

  test('an apply that is given up tells what it wrote', async () => {
    const storage = casStore();
    const controller = new AbortController();
    const put = storage.put.bind(storage);
    storage.put = async (...call) => {
      const written = await put(...call);
      controller.abort();
      return written;
    };
    const ductape = client({ storage, privateKey: Ductape.generateKey() });
    const models = ['a', 'b', 'c'].map((tag) => model(tag));
    const error = await ductape.model.apply({ models, signal: controller.signal }).catch((error: unknown) => error);
    if (!DuctapeError.is(error)) throw new Error(`not given up: ${String(error)}`);
    const done = error.details.done as string[];
    equal([error.code, done.length < 3, storage.values.size === done.length], ['aborted', true, true]);
    equal(await refusal(() => ductape.model.apply({ models, signal: controller.signal })), 'aborted');
    equal((await ductape.model.apply({ models })).done.length, 3 - done.length);
  });

  test('r26 records move as they are, and their keys open elsewhere', async () => {
    const privateKey = Ductape.generateKey();
    const envs = [{ slug: 'dev', baseUrl: servers.mock, apiKey: KEY }];
    const from = client({ privateKey, storage: casStore() });
    await from.model.create(model('a', { provider: 'custom', envs }));
    await from.model.create(model('b', { provider: 'custom', envs }));
    const exported = through(await from.model.export());
    equal([exported.format, exported.version, exported.product], ['ductape-models', 1, 'shop']);
    equal((await from.model.export({ tags: ['b'] })).records.length, 1);
    const to = client({ privateKey, storage: casStore() });
    equal(await to.model.import({ export: exported }), { imported: ['a', 'b'], skipped: [], failed: [] });
    equal((await to.generate({ model: 'a', env: 'dev', prompt: 'hello' })).text, 'Hi there, how can I help?');
    equal((await to.model.import({ export: exported, onExisting: 'skip' })).skipped, ['a', 'b']);
    const failed = (await to.model.import({ export: exported })).failed.map(({ tag, code }) => [tag, code]);
    equal(failed, [
      ['a', 'already_exists'],
      ['b', 'already_exists'],
    ]);
    const bank = client({ product: 'bank', privateKey, storage: casStore() });
    equal(await refusal(() => bank.model.import({ export: exported })), 'invalid_input export.product');
    const stranger = client({ privateKey: Ductape.generateKey(), storage: casStore() });
    const codes = (await stranger.model.import({ export: exported })).failed.map(({ code }) => code);
    equal(codes, ['unknown_key', 'unknown_key']);
  });

  test('t10 what is wanted is read from own properties only', async () => {
    const ductape = client();
    const wanted = Object.create({ prune: true }) as { models: ReturnType<typeof model>[] };
    wanted.models = [model('b')];
    await ductape.model.create(model('a'));
    equal(await refusal(() => ductape.model.apply(wanted)), 'invalid_input options');
    const getter = {
      models: [],
      get prune(): boolean {
        return true;
      },
    };
    equal(await refusal(() => ductape.model.plan(getter)), 'invalid_input options.prune');
    equal((await ductape.model.fetchAll()).length, 1);
  });

  return list;
}
