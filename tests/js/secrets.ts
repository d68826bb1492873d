// Where a key must never show: the module's memory once a call is over, and every place where an error, a log or a
// request could repeat it. The provider repeats the key in whatever it answers; nobody downstream may.

import type { Printers, Sealing } from './sealing.js';
import { type Case, equal, type Library, type Servers } from './suite.js';
import { casStore, signingKey } from './vault.js';

/** No two of its encodings look alike. */
const CANARY = 'sk-canary/9f+3b==7e"c2d1-0123456789';
const TAG = 'shop-model';

/** Codes that nothing in a client's own calls can give, each with its reason. */
const OUT_OF_REACH = new Map([
  ['agent_env_inactive', 'stored agents do not exist yet'],
  ['agent_not_found', 'stored agents do not exist yet'],
  ['browser_refused', 'in pages only; the page tests have it'],
  ['internal', 'a defect; the trap test has it'],
  ['malformed_envelope', 'a record with one does not parse: record_corrupt'],
  ['tool_handler_missing', 'tools do not run yet'],
  ['wasm_blocked', 'no client exists then'],
  ['wasm_unavailable', 'no client exists then'],
]);

type Client = InstanceType<Library['default']>;
type Answer = { status: number; body: string; headers?: Record<string, string> };

/** Every case; `codes` are all that an error can have. */
export function cases(
  library: Library,
  sealing: Sealing,
  servers: Servers,
  codes: readonly string[],
  printers: Printers = {},
): Case[] {
  const { default: Ductape, DuctapeError } = library;
  const list: Case[] = [];
  const test = (name: string, run: () => Promise<void>) => list.push({ name: `secrets: ${name}`, run });
  const memories = watchMemories();

  const client = (more: object = {}): Client => {
    const options = { product: 'shop', env: 'dev', dangerouslyAllowBrowser: true, retry: { maxRetries: 0 } };
    return new Ductape({ ...options, ...more } as never);
  };
  const model = (more: object = {}) => ({
    tag: TAG,
    name: 'Shop',
    provider: 'custom' as const,
    model: 'gpt-4o',
    envs: [{ slug: 'dev', baseUrl: servers.mock, apiKey: CANARY, ...more }],
  });

  test('t09 after every call the memory of the module holds no API key', async () => {
    const storage = spiedStore();
    const ductape = client({ privateKey: Ductape.generateKey(), storage });
    const held = async (name: string, work: () => unknown) => {
      await Promise.resolve(work()).catch(() => undefined);
      equal([name, memories.find(CANARY)], [name, []]);
    };
    await held('create', () => ductape.model.create(model()));
    equal(memories.size() > 0, true);
    await held('create again', () => ductape.model.create(model()));
    await held('update', () => ductape.model.update({ tag: TAG, envs: [{ slug: 'dev', apiKey: CANARY }] }));
    await held('upsert', () => ductape.model.upsert(model()));
    await held('invalid update', () => ductape.model.update({ tag: TAG, envs: [{ slug: 'Dev', apiKey: CANARY }] }));
    await held('fetch', () => ductape.model.fetch({ tag: TAG }));
    await held('fetchAll', () => ductape.model.fetchAll());
    await held('resolve', () => ductape.resolve({ model: TAG }));
    await held('explain', () => ductape.explain({ model: TAG }));
    await held('buildRequest', () => ductape.buildRequest({ model: TAG, prompt: 'hello' }));
    await held('generate', () => ductape.generate({ model: TAG, prompt: 'hello' }));
    await held('generate inline', () => ductape.generate({ model: inline(servers.mock), prompt: 'hello' }));
    await held('stream', async () => {
      for await (const _ of ductape.stream({ model: TAG, prompt: 'hello' }));
    });
    await held('verify', () => ductape.model.verify({ tag: TAG }));
    await held('echoed', () =>
      client({ fetch: answering(echo(401)) }).generate({ model: inline(servers.mock), prompt: 'x' }),
    );
    await held('doctor', () => ductape.keys.doctor({ deep: true }));
    await held('rekey', () => ductape.keys.rekey());
    await held('history', () => ductape.model.history({ tag: TAG }));
    await held('rollback', () => ductape.model.rollback({ tag: TAG, rev: 1 }));
    await held('audit', () => ductape.model.audit());
    await held('plan', () => ductape.model.plan({ models: [model()] }));
    await held('apply', () => ductape.model.apply({ models: [model(), { ...model(), tag: 'other' }] }));
    await held('invalid apply', () => ductape.model.apply({ models: [model(), model()] }));
    await held('export', async () => {
      const exported = await ductape.model.export();
      await held('import', () => ductape.model.import({ export: exported, onExisting: 'replace' }));
    });
    await held('delete', () => ductape.model.delete({ tag: TAG }));
  });

  test('t09 a product key that only signs never enters the memory of the module', async () => {
    const bytes = crypto.getRandomValues(new Uint8Array(32));
    const ductape = client({ privateKey: await signingKey(bytes), storage: spiedStore() });
    await ductape.model.create(model());
    await ductape.generate({ model: TAG, prompt: 'hello' });
    equal(memories.holds(bytes), false);
    // The same bytes given as bytes are there: the search does find things.
    await client({ privateKey: bytes, storage: spiedStore() }).model.fetchAll();
    equal(memories.holds(bytes), true);
  });

  test('t06 r62 no error of any code, no log, no request and no stored value repeats a key', async () => {
    const logged = listenToConsole();
    const scenes = scenesOf(library, sealing, client, model);
    const met = new Set<string>();
    try {
      for (const [name, scene] of Object.entries(scenes)) {
        const error: unknown = await Promise.resolve(scene()).then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        if (!DuctapeError.is(error)) throw new Error(`${name}: no error of ours, but ${String(error)}`);
        met.add(error.code);
        for (const [sink, text] of Object.entries(sinksOf(error, printers))) {
          const form = formsOf(CANARY).find(([, form]) => text.includes(form))?.[0];
          if (form !== undefined) throw new Error(`${name}: ${error.code} shows the key in ${sink}, as ${form}`);
        }
      }
    } finally {
      logged.stop();
    }
    const text = [...logged.lines, ...urls, ...puts].join('\n');
    equal([urls.length > 10, puts.length > 10], [true, true]);
    equal(
      formsOf(CANARY).filter(([, form]) => text.includes(form)),
      [],
    );
    const missed = codes.filter((code) => !met.has(code) && !OUT_OF_REACH.has(code));
    equal(missed, []);
  });

  test('t06 a client shows none of its keys to whoever prints it', async () => {
    const privateKey = Ductape.generateKey();
    const ductape = client({ privateKey, storage: spiedStore() });
    await ductape.model.create(model());
    const shown = Object.values(sinksOf(ductape, printers)).join('\n');
    equal(
      [shown.includes(privateKey), shown.includes(privateKey.slice(5, 20)), shown.includes(CANARY)],
      [false, false, false],
    );
  });

  return list;
}

/** Every address that a call of these tests asked for, and everything that was given to a store. */
const urls: string[] = [];
const puts: string[] = [];

function spiedStore() {
  const store = casStore();
  const put: typeof store.put = async (key, value, options) => {
    puts.push(key, value);
    return store.put(key, value, options);
  };
  return { ...store, put };
}

function answering(answer: Answer | (() => never)): object {
  return async (url: string) => {
    urls.push(url);
    if (typeof answer === 'function') return answer();
    return new Response(answer.body, {
      status: answer.status,
      headers: { 'content-type': 'application/json', ...answer.headers },
    });
  };
}

/** An answer that repeats the key in every form, in every field. */
function echo(status: number, fields: object = {}): Answer {
  const said = formsOf(CANARY)
    .map(([, form]) => form)
    .join(' ');
  const error = { message: `bad key ${said}`, type: said, param: said, ...fields };
  return {
    status,
    body: JSON.stringify({ error }),
    headers: { 'x-request-id': `req-${CANARY}`.replace(/[^\x20-\x7e]/g, '') },
  };
}

function inline(baseUrl: string) {
  return { provider: 'custom' as const, model: 'gpt-4o', baseUrl, apiKey: CANARY };
}

/** For every code a call that fails with it. */
function scenesOf(
  { default: Ductape }: Library,
  sealing: Sealing,
  client: (more?: object) => Client,
  model: (more?: object) => never | object,
): Record<string, () => unknown> {
  const privateKey = Ductape.generateKey();
  const asks =
    (answer: Answer | (() => never), more: object = {}) =>
    () => {
      const ductape = client({ fetch: answering(answer), ...more });
      return ductape.generate({ model: inline('https://llm.example/v1'), prompt: 'x' });
    };
  const create =
    (more: object, options: object = {}) =>
    () =>
      client(options).model.create({ ...model(), ...more } as never);
  const stored = async (work: (ductape: Client, storage: ReturnType<typeof spiedStore>) => unknown) => {
    const storage = spiedStore();
    const ductape = client({ privateKey, storage });
    await ductape.model.create(model() as never);
    return work(ductape, storage);
  };
  const env = (fields: object) => ({
    envs: [{ slug: 'dev', apiKey: CANARY, baseUrl: 'https://llm.example', ...fields }],
  });
  const broken = (verb: string, answer: () => unknown) => ({ ...spiedStore(), [verb]: async () => answer() });
  const planted = (text: string) => () =>
    stored(async (ductape, storage) => {
      storage.values.set(`lm1/shop/${TAG}`, text);
      return ductape.generate({ model: TAG, prompt: 'x' });
    });
  return {
    aborted: () =>
      client().generate({ model: inline('https://llm.example'), prompt: 'x', signal: AbortSignal.abort(CANARY) }),
    already_exists: () => stored((ductape) => ductape.model.create(model() as never)),
    auth_failed: asks(echo(401)),
    bad_request: asks(echo(400)),
    bad_response: asks({ status: 200, body: `<html>${CANARY}` }),
    conflict: async () => {
      const base = spiedStore();
      let refuses = false;
      const put: typeof base.put = async (...args) => (refuses ? { conflict: true } : base.put(...args));
      const ductape = client({ privateKey, storage: { ...base, put } });
      await ductape.model.create(model() as never);
      refuses = true;
      return ductape.model.update({ tag: TAG, ...env({}) });
    },
    content_filtered: asks(echo(400, { code: 'content_filter' })),
    context_length: asks(echo(400, { code: 'context_length_exceeded' })),
    entropy_unavailable: () =>
      withoutEntropy(() => client({ privateKey, storage: spiedStore() }).model.create(model() as never)),
    env_inactive: () =>
      stored(async (ductape) => {
        await ductape.model.update({ tag: TAG, envs: [{ slug: 'dev', active: false }] });
        return ductape.generate({ model: TAG, prompt: 'x' });
      }),
    env_not_found: () => stored((ductape) => ductape.generate({ model: TAG, env: 'prd', prompt: 'x' })),
    env_required: () => client({ env: undefined }).generate({ model: inline('https://llm.example'), prompt: 'x' }),
    insecure_base_url: create(env({ baseUrl: 'http://llm.example' })),
    invalid_api_key: create(env({ apiKey: `${CANARY}\u2011` })),
    invalid_input: create(env({ temperature: CANARY })),
    'invalid_input of a key in the wrong place': create({ temperature: CANARY }),
    invalid_override: () =>
      client().generate({
        model: inline('https://llm.example'),
        prompt: 'x',
        modelConfig: { apiKey: CANARY } as never,
      }),
    key_reentry_required: () =>
      stored((ductape) =>
        ductape.model.update({ tag: TAG, envs: [{ slug: 'dev', baseUrl: 'https://other.example' }] }),
      ),
    limit_exceeded: () => {
      let page = 0;
      const list = async () => {
        page += 1;
        return { keys: [], cursor: String(page) };
      };
      return client({ privateKey, storage: { ...spiedStore(), list } }).model.fetchAll();
    },
    missing_api_key: create({ provider: 'openai', envs: [{ slug: 'dev', apiKey: '' }] }),
    model_not_found: () => client().generate({ model: 'nope', prompt: 'x' }),
    model_retired: asks(echo(404, { code: 'model_not_found', message: `The model has been deprecated ${CANARY}` })),
    network: asks(() => {
      throw Object.assign(new TypeError(`fetch failed ${CANARY}`), { cause: new Error(CANARY) });
    }),
    not_found: asks(echo(404)),
    origin_not_allowed: create(env({}), { allowedOrigins: ['https://only.example'] }),
    overloaded: asks(echo(529)),
    permission_denied: asks(echo(403)),
    quota_exceeded: asks(echo(429, { code: 'insufficient_quota' })),
    rate_limited: asks(echo(429)),
    record_corrupt: planted(`[object Object] ${CANARY}`),
    record_too_new: planted(`LMR2.${CANARY}`),
    redirect_refused: asks({ status: 302, body: CANARY, headers: { location: `https://evil.example/?key=${CANARY}` } }),
    retired_key: () =>
      stored(async (ductape, storage) => {
        const primary = Ductape.generateKey();
        const both = client({ privateKey: { primary, others: [privateKey] }, storage });
        const keyId = (await ductape.keys.doctor()).keys[0]?.keyId ?? '';
        const old = new Map(storage.values);
        await both.keys.rekey();
        await both.keys.retire({ keyId });
        for (const [key, value] of old) storage.values.set(key, value);
        return both.generate({ model: TAG, prompt: 'x' });
      }),
    storage_contract: () => client({ privateKey, storage: broken('get', () => CANARY) }).model.fetch({ tag: TAG }),
    storage_error: () =>
      client({ privateKey, storage: broken('put', () => Promise.reject(new Error('disk full'))) }).model.create(
        model() as never,
      ),
    tampered: async () => {
      const { publicKey } = await sealing.generateSealingKey();
      const storage = spiedStore();
      await client({ publicKey: sealing.sealTo(publicKey), storage }).model.create(model() as never);
      const decapsulate = async () => crypto.getRandomValues(new Uint8Array(32));
      const liar = { publicKey: sealing.sealTo(publicKey).publicKey, decapsulate };
      const ring = { primary: privateKey, sealing: [liar] };
      return client({ privateKey: ring, storage }).generate({ model: TAG, prompt: 'x' });
    },
    timeout: () => {
      const fetch = () => new Promise(() => undefined);
      return client({ fetch }).generate({ model: inline('https://llm.example'), prompt: 'x', timeout: 5 });
    },
    unknown_key: () =>
      stored((_, storage) =>
        client({ privateKey: Ductape.generateKey(), storage }).generate({ model: TAG, prompt: 'x' }),
      ),
    unsupported_parameter: () =>
      client({ onUnsupported: 'error' }).generate({
        model: { provider: 'openai', model: 'o3', apiKey: CANARY },
        prompt: 'x',
        modelConfig: { temperature: 0.5 },
      }),
    unsupported_version: async () => {
      const { publicKey } = sealing.sealTo((await sealing.generateSealingKey()).publicKey);
      const encapsulate = async () => {
        throw Object.assign(new Error(CANARY), { code: 'unsupported_version' });
      };
      return client({ publicKey: { publicKey, encapsulate }, storage: spiedStore() }).model.create(model() as never);
    },
  };
}

async function withoutEntropy(work: () => Promise<unknown>): Promise<unknown> {
  const original = crypto.getRandomValues;
  crypto.getRandomValues = () => {
    throw new Error('no entropy');
  };
  try {
    return await work();
  } finally {
    crypto.getRandomValues = original;
  }
}

/** The key as it might turn up somewhere. */
function formsOf(key: string): [string, string][] {
  const bytes = [...new TextEncoder().encode(key)];
  const base64 = btoa(key).replaceAll('=', '');
  return [
    ['itself', key],
    ['JSON', JSON.stringify(key).slice(1, -1)],
    ['base64', base64],
    ['base64url', base64.replaceAll('+', '-').replaceAll('/', '_')],
    ['URL encoding', encodeURIComponent(key)],
    ['hex', bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')],
  ];
}

/** Everything that a value says to whoever logs it. */
function sinksOf(value: object, printers: Printers): Record<string, string> {
  const sinks: Record<string, string> = {
    string: String(value),
    json: JSON.stringify(value) ?? '',
    spread: JSON.stringify({ ...value }),
    keys: Reflect.ownKeys(value).map(String).join(),
  };
  for (const name of Object.getOwnPropertyNames(value)) {
    const field: unknown = (value as Record<string, unknown>)[name];
    sinks[`.${name}`] = typeof field === 'object' ? safely(() => JSON.stringify(field)) : String(field);
  }
  for (const [name, print] of Object.entries(printers)) sinks[name] = safely(() => print(value));
  sinks.clone = safely(() => JSON.stringify(structuredClone(value)));
  const { cause } = value as { cause?: unknown };
  if (typeof cause === 'object' && cause !== null) {
    for (const [name, text] of Object.entries(sinksOf(cause, printers))) sinks[`cause ${name}`] = text;
  }
  return sinks;
}

function safely(print: () => string | undefined): string {
  try {
    return print() ?? '';
  } catch {
    return '';
  }
}

/** What anybody logs goes here instead. */
function listenToConsole(): { lines: string[]; stop(): void } {
  const lines: string[] = [];
  const methods = ['debug', 'error', 'info', 'log', 'trace', 'warn'] as const;
  const { console } = globalThis as unknown as { console: Record<string, (...args: unknown[]) => void> };
  const originals = methods.map((name) => [name, console[name]] as const);
  for (const name of methods) console[name] = (...args) => void lines.push(args.map(String).join(' '));
  return { lines, stop: () => void Object.assign(console, Object.fromEntries(originals)) };
}

/** Keeps hold of the memory of every module that is instantiated from now on, to search it. */
function watchMemories() {
  const memories: WebAssembly.Memory[] = [];
  const { Instance } = WebAssembly;
  WebAssembly.Instance = new Proxy(Instance, {
    construct(target, args) {
      const instance = new target(args[0] as WebAssembly.Module, args[1] as WebAssembly.Imports);
      const { memory } = instance.exports;
      if (memory !== undefined) memories.push(memory as WebAssembly.Memory);
      return instance;
    },
  });
  const holds = (needle: Uint8Array): boolean =>
    memories.some(({ buffer }) => includes(new Uint8Array(buffer), needle));
  const wide = (text: string) => new Uint8Array(Uint16Array.from(text, (char) => char.charCodeAt(0)).buffer);
  return {
    size: () => memories.length,
    holds,
    /** The forms of `key` that some memory holds. */
    find(key: string): string[] {
      const encoder = new TextEncoder();
      const forms: [string, Uint8Array][] = formsOf(key).map(([name, form]) => [name, encoder.encode(form)]);
      forms.push(['UTF-16', wide(key)], ['backwards', encoder.encode([...key].reverse().join(''))]);
      return forms.filter(([, bytes]) => holds(bytes)).map(([name]) => name);
    },
  };
}

function includes(bytes: Uint8Array, needle: Uint8Array): boolean {
  const first = needle[0] ?? 0;
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (needle.every((byte, index) => bytes[at + index] === byte)) return true;
  }
  return false;
}
