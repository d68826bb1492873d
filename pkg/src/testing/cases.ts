/** What one adapter must do, case by case, with one caller at a time. Races stand in races.ts. */

import type { StorageSizes } from './sizes.js';
import { fail, StorageFault, type Subject } from './subject.js';
import { awkwardKeys, awkwardValues, patterned } from './values.js';

/** A case's body: a checked store, a prefix that no other case uses, and how much to do. */
export type Body = (store: Subject, under: string, sizes: StorageSizes) => Promise<void>;

/** A case, and the points of the contract that it proves (docs/stores/kit.md lists them). */
export interface Proof {
  readonly points: readonly number[];
  readonly body: Body;
}

/** A body with its points. */
export function proves(points: readonly number[], body: Body): Proof {
  return { points, body };
}

export const alone: Readonly<Record<string, Proof>> = {
  'values of 1 byte to 1 MiB come back byte-identical': proves([1, 15], async (store, under) => {
    for (const [index, value] of awkwardValues().entries()) {
      const key = `${under}v${index}`;
      await store.mustPut(key, value);
      await store.mustHold(key, value);
    }
  }),

  'a read sees the write before it': proves([4], async (store, under) => {
    const key = `${under}a`;
    for (let version = 1; version <= 20; version += 1) {
      const value = `version ${version}`;
      await store.mustPut(key, value);
      await store.mustHold(key, value);
    }
    const { etag } = await store.mustHold(key, 'version 20');
    if (store.cas && etag === (await store.mustPut(key, 'version 20'))) {
      fail('etag unchanged', 'putting the same text again kept the etag, so a change in between would go unseen');
    }
  }),

  'awkward keys are kept apart': proves([7], async (store, under) => {
    const keys = awkwardKeys(under);
    for (const key of keys) await store.mustPut(key, `value of ${key}`);
    for (const key of keys) await ownValue(store, key);
    await sameKeys(store, under, keys, 7);
    for (const [index, key] of keys.entries()) {
      await store.delete(key);
      if ((await store.get(key)) !== null) fail('lost delete', `${key} still reads after its delete`);
      const next = keys[index + 1];
      if (next !== undefined) await ownValue(store, next);
    }
  }),

  'a long listing is complete, paged and free of neighbours': proves([6], async (store, under, sizes) => {
    const keys = Array.from({ length: sizes.keys }, (_, index) => `${under}a/k${(index * 7919) % sizes.keys}`);
    const neighbours = [`${under}a`, `${under}ab/k1`, `${under}a-/k1`, `${under}b/k1`];
    await inBatches([...neighbours, ...keys], 20, (key) => store.mustPut(key, `value of ${key}`));
    for (const limit of [1000, 300, Math.ceil(sizes.keys / 27)]) await sameKeys(store, `${under}a/`, keys, limit);
    await sameKeys(store, `${under}none/`, [], 10);
    await sameKeys(store, `${under}ab/`, [`${under}ab/k1`], 1);
  }),

  'absent keys read as null and delete without complaint': proves([5], async (store, under) => {
    const key = `${under}a`;
    if ((await store.get(key)) !== null) fail('wrong value', 'a key never written reads as present');
    await deleted(store, key);
    await store.mustPut(key, 'here');
    await deleted(store, key);
    if ((await store.get(key)) !== null) fail('lost delete', 'a key reads after its delete');
    await deleted(store, key);
    await sameKeys(store, under, [], 10);
  }),

  'conditions are honoured, and conflicts returned': proves([2, 5], async (store, under) => {
    if (!store.cas) return weakConditions(store, `${under}a`);
    const key = `${under}a`;
    await refused(store, 'put', key, 'no-such-etag', null);
    const first = await store.mustPut(key, 'A', { ifMatch: null });
    await refused(store, 'put', key, null, 'A');
    const second = await store.mustPut(key, 'B', { ifMatch: first });
    const third = await store.mustPut(key, 'A', { ifMatch: second });
    // The same text again is another version: whoever read the first must not overwrite the third.
    await refused(store, 'put', key, first, 'A');
    await refused(store, 'delete', key, second, 'A');
    if ((await store.mustHold(key, 'A')).etag !== third)
      fail('wrong etag', 'get and put name different etags for one version');
    if ('conflict' in (await store.delete(key, { ifMatch: third })))
      fail('false conflict', 'a delete with the right etag was refused');
    await refused(store, 'put', key, third, null);
    await store.mustPut(key, 'A', { ifMatch: null });
    await refused(store, 'put', key, third, 'A');
  }),

  'a key or value that cannot be stored is thrown about': proves([10, 13], async (store, under) => {
    for (const key of [`${under}${'x'.repeat(5000)}`, '', '..', `${under}../escape`]) {
      const value = patterned(100);
      const thrown = await store.put(key, value).then(() => undefined, faultless);
      // A store may well take the key; then it has to give the value back.
      if (thrown !== undefined) continue;
      await store.mustHold(key, value);
      await store.delete(key);
    }
  }),
};

/** Deletes every key under a prefix, so that a store that is not empty can be tested again. */
export async function clear(store: Subject, under: string): Promise<void> {
  await inBatches(await store.listAll(under, 1000), 20, (key) => store.delete(key));
}

/** Runs a step for every item, some at a time. */
export async function inBatches<T>(
  items: readonly T[],
  size: number,
  step: (item: T) => Promise<unknown>,
): Promise<void> {
  for (let start = 0; start < items.length; start += size)
    await Promise.all(items.slice(start, start + size).map(step));
}

async function ownValue(store: Subject, key: string): Promise<void> {
  const stored = await store.get(key);
  if (stored !== null && stored.value !== `value of ${key}` && stored.value.startsWith('value of ')) {
    fail('keys mixed up', `${key} reads as ${stored.value.slice('value of '.length)}`);
  }
  await store.mustHold(key, `value of ${key}`);
}

async function sameKeys(store: Subject, prefix: string, expected: readonly string[], limit: number): Promise<void> {
  const keys = await store.listAll(prefix, limit);
  const listed = new Set(keys);
  const foreign = keys.find((key) => !key.startsWith(prefix));
  if (foreign !== undefined) fail('prefix ignored', `the listing of ${prefix} holds ${foreign}`);
  const missing = expected.filter((key) => !listed.has(key));
  if (missing.length > 0)
    fail('incomplete listing', `${missing.length} of ${expected.length} keys are missing, such as ${missing[0]}`);
  if (listed.size !== keys.length) fail('duplicate keys', `${keys.length - listed.size} keys came twice`);
  if (listed.size !== expected.length)
    fail('ghost keys', `${listed.size - expected.length} keys that were not written or are deleted`);
}

async function deleted(store: Subject, key: string): Promise<void> {
  const answer = await store.delete(key).catch((error: unknown) => {
    faultless(error);
    return fail('wrong type', 'a delete without condition threw');
  });
  if ('conflict' in answer) fail('false conflict', 'a delete without condition was refused');
}

/** A conditional write that must come back as a conflict and leave `held` in place. */
async function refused(
  store: Subject,
  operation: 'put' | 'delete',
  key: string,
  ifMatch: string | null,
  held: string | null,
): Promise<void> {
  const condition = { ifMatch };
  const call = operation === 'put' ? store.put(key, 'intruder', condition) : store.delete(key, condition);
  const answer = await call.catch((error: unknown) => {
    faultless(error);
    return fail('wrong type', `${operation} threw a conflict instead of returning it`);
  });
  if (!('conflict' in answer)) {
    fail(
      'condition ignored',
      `${operation} went through although ${ifMatch === null ? 'the key exists' : 'the etag is another'}`,
    );
  }
  if (held !== null) await store.mustHold(key, held);
  else if ((await store.get(key)) !== null) fail('condition ignored', `a refused ${operation} left a value behind`);
}

/** What a store without compare-and-set still owes: a write said to be done is done, and a refused one is not. */
async function weakConditions(store: Subject, key: string): Promise<void> {
  await store.mustPut(key, 'A');
  const answer = await store.put(key, 'B', { ifMatch: null });
  await store.mustHold(key, 'conflict' in answer ? 'A' : 'B');
}

/** Passes on what the kit itself found; the adapter's own errors are what the caller wants. */
export function faultless(error: unknown): unknown {
  if (error instanceof StorageFault) throw error;
  return error;
}
