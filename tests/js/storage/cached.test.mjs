// Reads from caches: how old they may be, what they never get in the way of, and the kit over two places that share a cache.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import {
  cachedStorage,
  clientStorageCases,
  kvCache,
  loadClient,
  memoryCache,
  memoryStorage,
  storageCases,
} from './package-under-test.mjs';

const MAX_AGE_MS = 60_000;
const KEY = 'lm1/shop/a';

/** A clock that stands until it is moved. */
function clock() {
  let time = 1_000_000;
  return { now: () => time, pass: (ms) => (time += ms) };
}

/** A cache that notes what it is asked, over a Map. */
function noting() {
  const calls = [];
  const copies = new Map();
  const noted = (name, work) => {
    calls.push(name);
    return work();
  };
  return {
    calls,
    copies,
    get: async (key) => noted('get', () => copies.get(key) ?? null),
    put: async (key, copy) => noted('put', () => copies.set(key, copy)),
    delete: async (key) => noted('delete', () => copies.delete(key)),
  };
}

/** A source that counts its reads. */
function counted(source = memoryStorage()) {
  const counts = { get: 0 };
  return {
    ...source,
    counts,
    get: (key) => {
      counts.get += 1;
      return source.get(key);
    },
  };
}

/** Two places over one source and one cache, and the source itself. */
function twoPlaces(options = {}) {
  const time = clock();
  const source = counted();
  const cache = noting();
  const open = () => cachedStorage(source, cache, { maxAgeSeconds: 60, now: time.now, ...options });
  return { time, source, cache, here: open(), there: open() };
}

/** Writes go through one place, reads through the other, as in a store with two locations. */
function acrossPlaces({ here, there }) {
  return { ...here, get: (key) => there.get(key) };
}

/** Two places with a cache each over one source: neither hears of the other's writes. */
function apart() {
  const time = clock();
  const source = memoryStorage();
  const open = () => cachedStorage(source, memoryCache(), { maxAgeSeconds: 60, now: time.now });
  return { time, here: open(), there: open() };
}

describe('the kit over two places with a cache each', () => {
  let places;
  const make = () => {
    places = apart();
    return acrossPlaces(places);
  };
  for (const item of storageCases(make, { settle: () => places.time.pass(MAX_AGE_MS) })) {
    test(`r30d cached: ${item.name}`, item.run);
  }
});

describe('the kit over one place needs no settling: whoever writes reads that', () => {
  for (const { name, run } of storageCases(() => apart().here)) test(`r30d cached: ${name}`, run);
});

describe('a client over one place', async () => {
  for (const { name, run } of clientStorageCases(await loadClient(), () => apart().here)) test(`cached: ${name}`, run);
});

test('r30d without settling the kit finds the staleness of two places', async () => {
  const item = storageCases(() => acrossPlaces(apart())).find(({ name }) => name === 'a read sees the write before it');
  const fault = await item.run().then(
    () => 'none',
    (error) => error.fault,
  );
  assert.match(fault, /^(lost write|stale read)$/);
});

test('a copy is used until its age is the limit, and not after', async () => {
  const { time, source, here, there } = twoPlaces();
  await here.put(KEY, 'one');
  await there.get(KEY);
  assert.equal(source.counts.get, 0);
  source.put(KEY, 'two');
  time.pass(MAX_AGE_MS - 1);
  assert.equal((await there.get(KEY)).value, 'one');
  time.pass(1);
  assert.equal((await there.get(KEY)).value, 'two');
  assert.equal(source.counts.get, 1);
});

test('the bound holds though a cache repeats an old copy for ever', async () => {
  const time = clock();
  const source = memoryStorage();
  let first;
  const stuck = { get: () => first, put: (_key, copy) => (first ??= copy), delete: () => undefined };
  const store = cachedStorage(source, stuck, { maxAgeSeconds: 60, now: time.now });
  source.put(KEY, 'one');
  assert.equal((await store.get(KEY)).value, 'one');
  source.put(KEY, 'two');
  for (let round = 0; round < 3; round += 1) {
    time.pass(MAX_AGE_MS);
    assert.equal((await store.get(KEY)).value, 'two');
  }
});

test('a late copy of an old read does not reach whoever wrote since', async () => {
  const { source, cache, here, there } = twoPlaces();
  source.put(KEY, 'old');
  await there.get(KEY);
  const late = cache.copies.get(KEY);
  await here.put(KEY, 'new');
  cache.copies.set(KEY, late);
  assert.equal((await here.get(KEY)).value, 'new');
});

test('a copy from the future is passed over, also one of a wrong form', async () => {
  const { time, source, cache, there } = twoPlaces();
  source.put(KEY, 'true');
  const copies = [
    `copy1\n${time.now() + 5001}\n"e"\nfalse`,
    'copy1\nNaN\n"e"\nfalse',
    'copy1\n1\ne\nfalse',
    'false',
    '',
  ];
  for (const copy of copies) {
    cache.copies.set(KEY, copy);
    assert.equal((await there.get(KEY)).value, 'true');
  }
  assert.equal(source.counts.get, copies.length);
});

test('r30c an etag from a copy is refused at the source, and the next read is true', async () => {
  const { source, there } = twoPlaces();
  source.put(KEY, 'one');
  const old = await there.get(KEY);
  source.put(KEY, 'two');
  assert.equal((await there.get(KEY)).value, 'one');
  assert.deepEqual(await there.put(KEY, 'three', { ifMatch: old.etag }), { conflict: true });
  const now = await there.get(KEY);
  assert.equal(now.value, 'two');
  assert.ok('etag' in (await there.put(KEY, 'three', { ifMatch: now.etag })));
});

test('r30c the declared promises are the source’s, save for reads', () => {
  const { here, source } = twoPlaces();
  assert.deepEqual(here.capabilities, { ...source.capabilities, read: 'eventual' });
});

test('absence is not cached, and a deleted record is gone after the limit', async () => {
  const { time, source, here, there } = twoPlaces();
  assert.equal(await there.get(KEY), null);
  source.put(KEY, 'one');
  assert.equal((await there.get(KEY)).value, 'one');
  source.delete(KEY);
  time.pass(MAX_AGE_MS);
  assert.equal(await there.get(KEY), null);
  source.put(KEY, 'two');
  await there.get(KEY);
  await here.delete(KEY);
  assert.equal(await there.get(KEY), null);
});

test('r63 a cache that throws or answers nonsense changes no answer', async () => {
  const broken = () => {
    throw new Error('down');
  };
  const odd = { get: () => 7, put: async () => broken(), delete: async () => broken() };
  for (const cache of [{ get: broken, put: broken, delete: broken }, odd]) {
    const store = cachedStorage(memoryStorage(), cache, { maxAgeSeconds: 60 });
    const { etag } = await store.put(KEY, 'x');
    assert.deepEqual(await store.get(KEY), { value: 'x', etag });
    assert.deepEqual(await store.delete(KEY), { deleted: true });
    assert.equal(await store.get(KEY), null);
  }
});

test('r63 the source’s failure is thrown, unless an older copy is allowed', async () => {
  for (const [staleIfErrorSeconds, expected] of [
    [0, null],
    [3600, 'one'],
  ]) {
    const time = clock();
    const truth = memoryStorage();
    let isDown = false;
    const source = {
      ...truth,
      get(key) {
        if (isDown) throw Object.assign(new Error('down'), { code: 'storage_error' });
        return truth.get(key);
      },
    };
    const options = { maxAgeSeconds: 60, staleIfErrorSeconds, now: time.now };
    const store = cachedStorage(source, memoryCache(), options);
    truth.put(KEY, 'one');
    await store.get(KEY);
    isDown = true;
    time.pass(MAX_AGE_MS);
    if (expected === null) await assert.rejects(() => store.get(KEY), { code: 'storage_error' });
    else assert.equal((await store.get(KEY)).value, expected);
    time.pass(3600 * 1000);
    await assert.rejects(() => store.get(KEY), { code: 'storage_error' });
  }
});

test('r63 a write that failed may have been applied, so the key is read from the source', async () => {
  const time = clock();
  const truth = memoryStorage();
  const source = {
    ...truth,
    put(key, value) {
      truth.put(key, value);
      throw new Error('lost on the way back');
    },
  };
  const store = cachedStorage(source, memoryCache(), { maxAgeSeconds: 60, now: time.now });
  truth.put(KEY, 'old');
  await store.get(KEY);
  await assert.rejects(() => store.put(KEY, 'new'));
  assert.equal((await store.get(KEY)).value, 'new');
});

test('a near cache is filled from a far one, and both keep the age of the copy', async () => {
  const time = clock();
  const source = counted();
  const [near, far] = [noting(), noting()];
  source.put(KEY, 'one');
  const options = { maxAgeSeconds: 60, now: time.now };
  await cachedStorage(source, far, options).get(KEY);
  time.pass(MAX_AGE_MS - 1);
  const both = cachedStorage(source, [near, far], options);
  assert.equal((await both.get(KEY)).value, 'one');
  assert.equal(near.copies.get(KEY), far.copies.get(KEY));
  assert.equal((await both.get(KEY)).value, 'one');
  assert.equal(far.calls.filter((call) => call === 'get').length, 2);
  time.pass(1);
  source.put(KEY, 'two');
  assert.equal((await both.get(KEY)).value, 'two');
});

test('what may wait is handed to `later`, and nothing is waited for', async () => {
  const handed = [];
  const never = {
    get: () => null,
    put: () => new Promise(() => undefined),
    delete: () => new Promise(() => undefined),
  };
  const store = cachedStorage(memoryStorage(), never, { maxAgeSeconds: 60, later: (work) => handed.push(work) });
  await store.put(KEY, 'x');
  assert.equal((await store.get(KEY)).value, 'x');
  await store.delete(KEY);
  assert.equal(handed.length, 3);
});

test('values and etags come back as they were, whatever they hold', async () => {
  const odd = { ...memoryStorage(), get: () => ({ value: 'a\nb\n"c"\u2028\n', etag: 'e\n"\\' }) };
  const cache = noting();
  const options = { maxAgeSeconds: 60 };
  await cachedStorage(odd, cache, options).get(KEY);
  const again = cachedStorage({ ...odd, get: () => assert.fail('read the source') }, cache, options);
  assert.deepEqual(await again.get(KEY), odd.get());
});

test('the memory cache forgets what was used least recently, and stays within its bound', () => {
  const cache = memoryCache({ maxCharacters: 10 });
  cache.put('a', '1234');
  cache.put('b', '1234');
  cache.get('a');
  cache.put('c', '1234');
  assert.deepEqual([cache.get('a'), cache.get('b'), cache.get('c')], ['1234', undefined, '1234']);
  cache.put('a', '12345678901');
  assert.equal(cache.get('a'), undefined);
  cache.put('d', '123456');
  assert.deepEqual([cache.get('c'), cache.get('d')], ['1234', '123456']);
});

test('KV is told a lifetime that it takes', async () => {
  const told = [];
  const namespace = {
    get: async (_key, options) => {
      told.push(options);
      return null;
    },
    put: async (_key, _value, options) => void told.push(options),
    delete: async () => undefined,
  };
  for (const maxAgeSeconds of [5, 300])
    await cachedStorage(memoryStorage(), kvCache(namespace), { maxAgeSeconds }).put(KEY, 'x');
  await kvCache(namespace).get(KEY);
  assert.deepEqual(told, [{ expirationTtl: 60 }, { expirationTtl: 300 }, { type: 'text', cacheTtl: 30 }]);
});

test('options outside their range are refused', () => {
  const invalid = { code: 'invalid_input' };
  for (const maxAgeSeconds of [0, -1, 1.5, 86_401, Number.NaN, '60', undefined]) {
    assert.throws(() => cachedStorage(memoryStorage(), memoryCache(), { maxAgeSeconds }), invalid);
  }
  for (const staleIfErrorSeconds of [-1, 604_801, 0.5]) {
    assert.throws(
      () => cachedStorage(memoryStorage(), memoryCache(), { maxAgeSeconds: 60, staleIfErrorSeconds }),
      invalid,
    );
  }
  assert.throws(() => memoryCache({ maxCharacters: 0 }), invalid);
});
