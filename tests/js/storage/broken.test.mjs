/** Stores broken on purpose: each must fail the kit, and the message must name the fault. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { memoryStorage, storageCases } from './package-under-test.mjs';

const hop = () => new Promise((resolve) => setImmediate(resolve));

/** A sound store with some methods replaced; the replacements get the sound one. */
function broken(replace) {
  return () => {
    const sound = memoryStorage();
    return { ...sound, ...replace(sound) };
  };
}

const mapped = (change) => (sound) => ({
  get: (key) => {
    const stored = sound.get(key);
    return stored && { ...stored, value: change(stored.value, key) };
  },
});

/** What each breaks, the fault that the kit must name (a start of the message or a pattern), and how. */
const stores = [
  [
    'drops every seventh put',
    'lost write',
    (sound) => {
      let count = 0;
      return { put: (...put) => (++count % 7 === 0 ? { etag: `lost ${count}` } : sound.put(...put)) };
    },
  ],
  [
    'compares and sets in two steps',
    /^(lost write|condition ignored): /,
    (sound) => ({
      put: async (key, value, options) => {
        if (options?.ifMatch !== undefined && options.ifMatch !== (sound.get(key)?.etag ?? null))
          return { conflict: true };
        await hop();
        return sound.put(key, value);
      },
    }),
  ],
  ['cuts long values', 'torn value', mapped((value) => value.slice(0, 65_536))],
  [
    'writes in two steps',
    'torn value',
    (sound) => ({
      put: async (key, value, options) => {
        const half = sound.put(key, value.slice(0, Math.ceil(value.length / 2)), options);
        if ('conflict' in half) return half;
        await hop();
        return sound.put(key, value);
      },
    }),
  ],
  [
    'deletes before it writes',
    'torn value',
    (sound) => ({
      put: async (key, value, options) => {
        if (options?.ifMatch !== undefined) return sound.put(key, value, options);
        sound.delete(key);
        await hop();
        return sound.put(key, value);
      },
    }),
  ],
  [
    'answers the first read after a put from a cache',
    'stale read',
    (sound) => {
      const stale = new Map();
      return {
        put: (key, value, options) => {
          stale.set(key, sound.get(key));
          return sound.put(key, value, options);
        },
        get: (key) => {
          const old = stale.get(key);
          stale.delete(key);
          return old ?? sound.get(key);
        },
      };
    },
  ],
  [
    'parses what looks like JSON',
    'wrong type',
    mapped((value) => {
      try {
        return JSON.parse(value);
      } catch {
        return value;
      }
    }),
  ],
  [
    'answers undefined for absent keys',
    'wrong type: get returned undefined',
    (sound) => ({ get: (key) => sound.get(key) ?? undefined }),
  ],
  [
    'returns an error as a value',
    'wrong type: get returned an Error object',
    (sound) => {
      let count = 0;
      return { get: (key) => (++count % 9 === 0 ? new Error('EIO') : sound.get(key)) };
    },
  ],
  [
    'throws conflicts',
    'wrong type: put threw a conflict',
    (sound) => ({
      put: async (...put) => {
        const answer = sound.put(...put);
        if ('conflict' in answer) throw new Error('precondition failed');
        return answer;
      },
    }),
  ],
  [
    'lists objects',
    'wrong type: list returned',
    (sound) => ({ list: (...list) => ({ keys: sound.list(...list).keys.map((name) => ({ name })) }) }),
  ],
  ['puts whatever the condition', 'condition ignored', (sound) => ({ put: (key, value) => sound.put(key, value) })],
  ['deletes whatever the condition', 'condition ignored', (sound) => ({ delete: (key) => sound.delete(key) })],
  [
    'takes the content for the version',
    /^(condition ignored|etag unchanged): /,
    (sound) => ({
      get: (key) => {
        const stored = sound.get(key);
        return stored && { ...stored, etag: stored.value };
      },
      put: (key, value, options) => {
        const held = sound.get(key)?.value ?? null;
        if (options?.ifMatch !== undefined && options.ifMatch !== held) return { conflict: true };
        sound.put(key, value);
        return { etag: value };
      },
    }),
  ],
  ['trims', 'altered value', mapped((value) => value.replace(/^\s+(?=\S)/, ''))],
  ['normalises Unicode', 'altered value', mapped((value) => value.normalize('NFC'))],
  ['changes line ends', 'altered value', mapped((value) => value.replaceAll('\r\n', '\n'))],
  [
    'cuts keys at 100 characters',
    'keys mixed up',
    (sound) => ({
      get: (key) => sound.get(key.slice(0, 100)),
      put: (key, ...put) => sound.put(key.slice(0, 100), ...put),
    }),
  ],
  [
    'lists neighbours',
    'prefix ignored',
    (sound) => ({ list: (prefix, options) => sound.list(prefix.replace(/a\/$/, 'a'), options) }),
  ],
  [
    'lists the first page only',
    'incomplete listing',
    (sound) => ({ list: (...list) => ({ keys: sound.list(...list).keys }) }),
  ],
  [
    'repeats its cursor',
    'endless listing',
    (sound) => ({ list: (...list) => ({ ...sound.list(...list), cursor: 'again' }) }),
  ],
  ['keeps what is deleted', 'lost delete', () => ({ delete: () => ({ deleted: true }) })],
];

for (const [what, fault, replace] of stores) {
  test(`r63_the_kit_names_the_fault_of_a_store_that_${what.replaceAll(' ', '_')}`, async () => {
    const messages = await failures(broken(replace));
    assert.notDeepEqual(messages, [], 'the kit passed a broken store');
    const names = (message) => (typeof fault === 'string' ? message.startsWith(fault) : fault.test(message));
    assert.ok(messages.some(names), messages.join('\n'));
  });
}

test('the kit passes the sound store that the broken ones are made of', async () => {
  assert.deepEqual(await failures(broken(() => ({}))), []);
});

test('a store that declares eventual reads passes once its owner lets it settle', async () => {
  const factory = () => {
    const sound = memoryStorage();
    let visible = new Map();
    settle = () => {
      visible = new Map(sound.list('', { limit: 5000 }).keys.map((key) => [key, sound.get(key)]));
    };
    return { ...sound, capabilities: { cas: true, read: 'eventual' }, get: (key) => visible.get(key) ?? null };
  };
  let settle;
  const wanted = storageCases(factory, { settle: () => settle() }).filter(({ name }) =>
    /read sees|byte-identical/.test(name),
  );
  for (const { run } of wanted) await run();
  await assert.rejects(async () => {
    for (const { run } of storageCases(factory)) await run();
  }, /^StorageFault/);
});

async function failures(factory) {
  const messages = [];
  for (const { run } of storageCases(factory)) {
    await run().catch((error) => messages.push(error.message));
  }
  return messages;
}
