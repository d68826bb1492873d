/** What a client over one adapter must do: models survive, keys stay sealed, faults of the store end in whole records. */

import type { Ductape } from '../client.js';
import type { Storage } from '../storage/types.js';
import { clear, inBatches } from './cases.js';
import { faultlines, type Op } from './client-faults.js';
import type { StorageCase, StorageFactory } from './index.js';
import { leaks, watched } from './sentinel.js';
import { fail, Subject } from './subject.js';

/** The library's class, by whichever of its entries it was loaded. */
export type ClientClass = typeof Ductape;

/** How much the client cases do. */
export interface ClientCaseOptions {
  /** Offsets at which a record is cut, spread over its length. Default 100; more than its length cuts it at every one. */
  readonly offsets?: number;
  /** Updates by each of two clients at once. Default 10. */
  readonly updates?: number;
}

const [OLD_KEY, NEW_KEY] = ['sk-canary-old-0123456789abcdefOLD1', 'sk-canary-new-fedcba9876543210NEW2'];

/** Tags that a product may use and that are names of something elsewhere, or nearly one another. */
const TAGS = [
  ...['a', 'a.', 'a..', 'a.b', 'a-b', 'a_b', 'ab', 'a-', 'a_', '0', '00', 'a.2f', 'a-2f'],
  ...['constructor', 'prototype', 'null', 'undefined', 'con', 'nul', 'com1', 'lock', 'tmp', 'value', 'node_modules'],
  ...['x'.repeat(63), 'x'.repeat(64), `x${'.'.repeat(63)}`, `x${'.'.repeat(62)}y`],
];
const REFUSED_TAGS = ['', 'A', 'a:b', 'a/b', 'a?b', 'a$', '..', '__proto__', 'é', 'e\u0301', '\ud83d\ude00'.repeat(50)];

type Client = InstanceType<ClientClass>;
type Body = (setting: Setting) => Promise<void>;

/** What a case works with: a product that no other case uses, and clients that share one master key. */
interface Setting {
  readonly store: Storage;
  readonly product: string;
  readonly options: Required<ClientCaseOptions>;
  client(storage?: Storage, more?: object): Client;
  newKey(): string;
}

/**
 * Cases of a client over a store: every legal tag is a record of its own; a rotation is used by the next call; no key stands in
 * the store, its arguments or its errors; a record cut at any place is an error; foreign items are passed over; updates of two
 * clients all survive where the store has compare-and-set; after any fault at any storage call a record is whole, the old one or
 * the new one. Nothing is sent: calls go to a `fetch` of the kit's own.
 *
 * @param client The class, `Ductape`, of `ductape-models` or `ductape-models/slim`.
 * @example
 * for (const { name, run } of clientStorageCases(Ductape, () => myStorage())) test(name, run);
 */
export function clientStorageCases(
  client: ClientClass,
  factory: StorageFactory,
  options: ClientCaseOptions = {},
): readonly StorageCase[] {
  const sized = { offsets: 100, updates: 10, ...options };
  return Object.entries(bodies).map(([name, [points, body]], index) => ({
    name: `client: ${name}`,
    points,
    run: async (): Promise<void> => {
      const store = await factory();
      const product = `kit-client-${index}`;
      const subject = new Subject(store, () => undefined);
      await clear(subject, `lm1/${product}/`);
      await body(settingOf(client, store, product, sized));
      await clear(subject, `lm1/${product}/`);
    },
  }));
}

function settingOf(Class: ClientClass, store: Storage, product: string, options: Required<ClientCaseOptions>): Setting {
  const privateKey = Class.generateKey();
  return {
    store,
    product,
    options,
    newKey: () => Class.generateKey(),
    client: (storage = store, more = {}) =>
      new Class({ product, env: 'dev', privateKey, storage, dangerouslyAllowBrowser: true, ...more }),
  };
}

const model = (tag: string, apiKey: string = OLD_KEY): Parameters<Client['model']['create']>[0] => ({
  tag,
  name: `Name of ${tag}`,
  provider: 'custom',
  model: 'm',
  temperature: 0.1,
  envs: [{ slug: 'dev', baseUrl: 'https://llm.example', apiKey }],
});

const bodies: Readonly<Record<string, readonly [readonly number[], Body]>> = {
  'each legal tag is a model of its own, and others are refused': [
    [7],
    async ({ client }) => {
      const ductape = client();
      await inBatches(TAGS, 5, (tag) => ductape.model.create(model(tag)));
      const listed = (await ductape.model.fetchAll()).map(({ tag }) => tag ?? '');
      if (listed.join() !== [...TAGS].sort().join())
        fail('incomplete listing', `${listed.length} of ${TAGS.length} models`);
      for (const tag of TAGS) {
        const { name } = await ductape.model.fetch({ tag });
        if (name !== `Name of ${tag}`) fail('keys mixed up', `the tag ${tag} gives another model`);
      }
      for (const tag of REFUSED_TAGS) {
        const code = await codeOf(ductape.model.create(model(tag)));
        if (code !== 'invalid_input') fail('condition ignored', `an illegal tag gave ${code}`);
      }
    },
  ],

  'a rotated key and a rotated master key are used by the next call': [
    [9],
    async ({ store, client, newKey }) => {
      const [first, second] = [newKey(), newKey()];
      const before = client(store, { privateKey: first });
      await before.model.create(model('a'));
      await before.model.update({ tag: 'a', envs: [{ slug: 'dev', apiKey: NEW_KEY }] });
      const elsewhere = { primary: second, others: [first] };
      await used(client, { privateKey: elsewhere }, NEW_KEY);
      await client(store, { privateKey: elsewhere }).model.update({
        tag: 'a',
        envs: [{ slug: 'dev', apiKey: OLD_KEY }],
      });
      await used(client, { privateKey: second }, OLD_KEY);
    },
  ],

  'no key stands in the store, in what it was given or in an error': [
    [14],
    async ({ store, client }) => {
      const seen: unknown[] = [];
      const spied = watched(store, (call) => seen.push(call));
      const ductape = client(spied);
      await ductape.model.create(model('a'));
      await ductape.model.update({ tag: 'a', envs: [{ slug: 'dev', apiKey: NEW_KEY }] });
      seen.push(await ductape.model.fetch({ tag: 'a' }), await ductape.model.fetchAll());
      seen.push(await ductape.model.create(model('a', NEW_KEY)).catch((error: unknown) => error));
      const failing = client(watched(store, ({ operation }) => refuse(operation === 'put', OLD_KEY)));
      seen.push(await failing.model.update({ tag: 'a', temperature: 1 }).catch(withoutCause));
      const everything = new Subject(store, () => undefined);
      for (const key of await everything.listAll('lm1/kit-client-', 1000)) seen.push(key, await everything.get(key));
      for (const secret of [OLD_KEY, NEW_KEY]) {
        const form = leaks(seen, secret);
        if (form !== undefined) fail('plaintext key', `an API key can be read in the store or an error, ${form}`);
      }
    },
  ],

  'a record cut at any place is an error, never another model': [
    [8],
    async ({ store, client, product, options }) => {
      const ductape = client();
      await ductape.model.create(model('a'));
      const key = `lm1/${product}/a`;
      const whole = (await store.get(key))?.value ?? '';
      const step = Math.max(1, Math.floor(whole.length / options.offsets));
      for (let length = 0; length < whole.length; length += step) {
        await store.put(key, whole.slice(0, length));
        const code = await codeOf(ductape.model.fetch({ tag: 'a' }));
        if (code !== 'record_corrupt')
          fail('torn value', `a record cut to ${length} of ${whole.length} characters gives ${code}`);
      }
      await store.put(key, whole);
      await ductape.model.fetch({ tag: 'a' });
    },
  ],

  'foreign and unreadable items are passed over or reported': [
    [12],
    async ({ store, client, product }) => {
      const ductape = client();
      await ductape.model.create(model('a'));
      const others = ['~', '~zz', '~41', 'a/b', '~~a', 'unreadable'];
      for (const name of others) await store.put(`lm1/${product}/${name}`, 'not a record');
      const listed = await ductape.model.fetchAll();
      const readable = listed.filter((item) => !('unreadable' in item)).map(({ tag }) => tag);
      const unreadable = listed.filter((item) => 'unreadable' in item).map(({ tag }) => tag);
      if (readable.join() !== 'a') fail('incomplete listing', 'foreign items hide a model');
      // `~41` is how a tag `A` would be spelled; the other keys are no tag's.
      if (unreadable.join() !== 'A,unreadable')
        fail('ghost keys', 'an unreadable record is not reported, or a foreign key is');
    },
  ],

  'updates of two clients all survive': [
    [3, 5],
    async ({ store, client, options }) => {
      await client().model.create(model('a'));
      // Without compare-and-set only one writer at a time is promised anything.
      const clients = store.capabilities.cas ? [client(), client()] : [client()];
      await Promise.all(
        clients.map(async (ductape, writer) => {
          for (let done = 0; done < options.updates; done += 1) await insistently(ductape, `w${writer}-${done}`);
        }),
      );
      const { envs } = await client().model.fetch({ tag: 'a' });
      const expected = 1 + clients.length * options.updates;
      if (envs.length !== expected) fail('lost write', `${expected - envs.length} of ${expected} updates are gone`);
    },
  ],

  'a fault at any storage call leaves the old record or the new one': [
    [9, 10],
    async ({ store, client }) => {
      const ops: readonly Op[] = [
        {
          name: 'create',
          run: (ductape, tag) => ductape.model.create(model(tag, NEW_KEY)),
          from: 'nothing',
          to: 'new',
        },
        {
          name: 'update',
          run: (ductape, tag) => ductape.model.update({ tag, envs: [{ slug: 'dev', apiKey: NEW_KEY }] }),
          from: 'old',
          to: 'new',
        },
        { name: 'delete', run: (ductape, tag) => ductape.model.delete({ tag }), from: 'old', to: 'nothing' },
      ];
      await faultlines(store, ops, {
        client,
        prepare: (tag) => client().model.create(model(tag, OLD_KEY)),
        state: async (tag) => {
          const found = await client().model.fetch({ tag, optional: true });
          if (found === null) return 'nothing';
          return found.envs[0]?.keyHint === OLD_KEY.slice(-4) ? 'old' : 'new';
        },
      });
    },
  ],
};

/** A call made by a client that has just been made must carry `key`. */
async function used(client: Setting['client'], more: object, key: string): Promise<void> {
  let sent: string | undefined;
  const fetch = (_url: string, init: { readonly headers: Record<string, string> }): Promise<never> => {
    sent = Object.values(init.headers).find((value) => value.includes('sk-canary'));
    return Promise.reject(new Error('nothing is sent'));
  };
  const ductape = client(undefined, { ...more, fetch, retry: { maxRetries: 0 } });
  await codeOf(ductape.generate({ model: 'a', prompt: 'x' }));
  if (sent?.includes(key) !== true) fail('stale read', 'a call after the rotation does not use the new key');
}

/** One update, again after each conflict. */
async function insistently(ductape: Client, slug: string): Promise<void> {
  const envs = [{ slug, baseUrl: 'https://llm.example' }];
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const code = await codeOf(ductape.model.update({ tag: 'a', envs }));
    if (code === 'no error') return;
    if (code !== 'conflict') fail('false conflict', `an update gave ${code}`);
  }
  fail('false conflict', 'an update was refused for ever');
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'no error',
    (error: { readonly code?: unknown }) => String(error.code ?? 'a foreign error'),
  );
}

function refuse(isRefused: boolean, secret: string): void {
  if (isRefused) throw new Error(`a store that repeats ${secret}`);
}

/** The cause is the store's own error, unchanged; what the library says about it must not repeat it. */
function withoutCause(error: unknown): unknown {
  const { message, stack } = error as Error;
  return { message, stack, json: JSON.stringify({ ...(error as object) }) };
}
