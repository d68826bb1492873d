/** What the adapter makes of each hazard that unstorage was measured to have. */

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createStorage, prefixStorage } from 'unstorage';
import fs from 'unstorage/drivers/fs';
import fsLite from 'unstorage/drivers/fs-lite';
import lruCache from 'unstorage/drivers/lru-cache';
import nothing from 'unstorage/drivers/null';

import { unstorageStorage } from './package-under-test.mjs';

const base = mkdtempSync(join(tmpdir(), 'storage-unstorage-'));
after(() => rmSync(base, { recursive: true }));
const fresh = () => mkdtempSync(join(base, 'case-'));
const over = (driver, options) => unstorageStorage(createStorage(driver && { driver }), options);
const impatient = { patienceMs: 20 };
const all = (storage, prefix = '') => storage.list(prefix, { limit: 1000 });

test('it declares that it has no compare-and-set', () => {
  assert.deepEqual(over().capabilities, { cas: false, read: 'strong', list: 'strong' });
  assert.equal(over(undefined, { read: 'eventual' }).capabilities.read, 'eventual');
});

test('hazards 1 to 3: keys that unstorage would take for one another are refused', async () => {
  const storage = over();
  const doubtful = ['a?env=dev', 'a:b', 'a\\b', 'a$', '/a', 'a/', 'a//b', '', '.', '..', 'a/../b', 'A', 'é'];
  for (const key of doubtful) {
    for (const call of [() => storage.get(key), () => storage.put(key, 'x'), () => storage.delete(key)]) {
      await assert.rejects(async () => call(), { code: 'invalid_input' }, key);
    }
  }
});

for (const [name, driver] of Object.entries({ 'fs-lite': fsLite, fs })) {
  test(`hazard 4: a key may be the folder of another (${name})`, async () => {
    const storage = over(driver({ base: fresh() }));
    const keys = ['a', 'a/b', 'a/b/c', 'b/c/d', 'b/c', 'b'];
    for (const key of keys) await storage.put(key, key);
    for (const key of keys) assert.equal((await storage.get(key)).value, key);
    assert.deepEqual((await all(storage)).keys, [...keys].sort());
    assert.equal((await storage.delete('a')).deleted, true);
    assert.equal((await storage.get('a/b')).value, 'a/b');
  });

  test(`hazard 5: a file that cannot be read is an error, never missing (${name})`, async () => {
    const root = fresh();
    const storage = over(driver({ base: root }), impatient);
    await storage.put('lm1/shop/a', 'kept');
    // A file where a folder should be: the driver resolves with ENOTDIR as the value.
    rmSync(join(root, 'd.lm1'), { recursive: true });
    writeFileSync(join(root, 'd.lm1'), 'in the way');
    await assert.rejects(storage.get('lm1/shop/a'), { code: 'storage_contract', operation: 'getItem' });
    await assert.rejects(async () => storage.delete('lm1/shop/a'), { code: 'storage_contract' });
    await assert.rejects(async () => storage.put('lm1/shop/a', 'new'));
  });

  test(`hazard 6: a read-only driver's acknowledgement is not believed (${name})`, async () => {
    const root = fresh();
    await over(driver({ base: root })).put('a', 'kept');
    const storage = over(driver({ base: root, readOnly: true }), impatient);
    await assert.rejects(storage.put('a', 'new'), { code: 'storage_error' });
    await assert.rejects(storage.put('b', 'new'), { code: 'storage_error' });
    await assert.rejects(storage.delete('a'), { code: 'storage_error' });
    assert.equal((await storage.get('a')).value, 'kept');
  });

  test(`hazard 7: while a value is rewritten nobody in this process sees it missing or torn (${name})`, async () => {
    const instance = createStorage({ driver: driver({ base: fresh() }) });
    const [writer, reader] = [unstorageStorage(instance), unstorageStorage(instance)];
    const values = ['a'.repeat(200_000), 'b'.repeat(10), 'c'.repeat(100_000)];
    await writer.put('k', values[0]);
    for (let round = 0; round < 60; round += 1) {
      const [, ...seen] = await Promise.all([
        writer.put('k', values[round % 3]),
        ...Array.from({ length: 5 }, () => reader.get('k')),
      ]);
      for (const stored of seen) assert.ok(values.includes(stored?.value));
    }
  });
}

test('hazard 6: the null driver is not believed', async () => {
  await assert.rejects(over(nothing(), impatient).put('a', 'x'), { code: 'storage_error' });
});

test('hazard 6: a driver that drops what it is given is not believed', async () => {
  const storage = over(lruCache({ maxSize: 100 }), impatient);
  await assert.rejects(storage.put('a', 'x'.repeat(200)), { code: 'storage_error' });
});

test('values that unstorage would parse come back as they were put', async () => {
  const storage = over();
  const texts = [
    'null',
    'undefined',
    'true',
    'NaN',
    '-Infinity',
    '1',
    '1e3',
    '"a"',
    '{"a":1}',
    '[1]',
    '',
    ' 1 ',
    'base64:AAAA',
  ];
  for (const [index, text] of texts.entries()) {
    await storage.put(`k${index}`, text);
    assert.equal((await storage.get(`k${index}`)).value, text);
  }
});

test('a lone surrogate is refused before anything is written', async () => {
  const storage = over(fsLite({ base: fresh() }));
  await assert.rejects(storage.put('a', 'x\ud800'), { code: 'invalid_input' });
  assert.equal(await storage.get('a'), null);
});

test('names that the fs driver ignores and names of devices are keys like others', async () => {
  const storage = over(fs({ base: fresh() }));
  const keys = ['con', 'lm1/node_modules/a', 'node_modules'];
  for (const key of keys) await storage.put(key, key);
  assert.deepEqual((await all(storage)).keys, keys);
  assert.deepEqual((await all(storage, 'lm1/node_modules/')).keys, ['lm1/node_modules/a']);
});

test('a prefix that ends within a segment is honoured', async () => {
  const storage = over();
  for (const key of ['lm1/shop/ab', 'lm1/shop/b', 'lm1/shopping/a']) await storage.put(key, key);
  assert.deepEqual((await all(storage, 'lm1/shop')).keys, ['lm1/shop/ab', 'lm1/shop/b', 'lm1/shopping/a']);
  assert.deepEqual((await all(storage, 'lm1/shop/a')).keys, ['lm1/shop/ab']);
});

test("an instance under a prefix and another program's items beside ours", async () => {
  const root = fresh();
  const whole = createStorage({ driver: fsLite({ base: root }) });
  const storage = unstorageStorage(prefixStorage(whole, 'models'));
  await storage.put('lm1/shop/a', 'x');
  await whole.setItem('models:session', { user: 1 });
  mkdirSync(join(root, 'models', 'v.dir'));
  assert.deepEqual((await all(storage)).keys, ['lm1/shop/a']);
  assert.deepEqual(readdirSync(join(root, 'models', 'd.lm1', 'd.shop')), ['v.a']);
});

test('a value that this store did not write is an error that says so', async () => {
  const instance = createStorage();
  const storage = unstorageStorage(instance, impatient);
  await instance.setItem('v.a', 'written by hand');
  await assert.rejects(storage.get('a'), { code: 'record_corrupt' });
  await storage.put('a', 'ours');
  assert.equal((await storage.get('a')).value, 'ours');
});

for (const [name, answer, kind] of [
  ['getItem', { parsed: true }, 'an object'],
  ['getItem', 7, 'a number'],
  ['getItem', new Error('canary'), 'an Error object'],
  ['getKeys', 'canary', 'a string'],
  ['getKeys', ['v.a', undefined], 'undefined'],
]) {
  test(`r63 ${kind} from ${name} is a contract error that names it`, async () => {
    const storage = unstorageStorage({ ...instanceOf(), [name]: async () => answer }, impatient);
    await assert.rejects(
      async () => (name === 'getKeys' ? all(storage) : storage.get('a')),
      (error) => {
        assert.equal(error.code, 'storage_contract');
        assert.equal(error.operation, name);
        assert.match(error.message, new RegExp(`${name} returned ${kind}`));
        assert.doesNotMatch(error.message, /canary/);
        return true;
      },
    );
  });
}

test('what the driver throws passes through', async () => {
  const fault = Object.assign(new Error('slow down'), { code: 'rate_limited' });
  const storage = unstorageStorage({ ...instanceOf(), setItem: () => Promise.reject(fault) });
  await assert.rejects(storage.put('a', 'x'), (error) => error === fault);
});

test('a reader that follows its writes late is waited for', async () => {
  const instance = createStorage();
  const late = {
    ...instanceOf(instance),
    setItem: async (...item) => void setTimeout(() => instance.setItem(...item), 30),
  };
  const storage = unstorageStorage(late);
  await storage.put('a', 'x');
  assert.equal((await storage.get('a')).value, 'x');
});

test('something that is no instance is refused, and so is negative patience', () => {
  for (const other of [null, undefined, 'x', () => null, {}, new Map(), { ...instanceOf(), getKeys: 1 }]) {
    assert.throws(() => unstorageStorage(other), { code: 'invalid_input' });
  }
  for (const patienceMs of [-1, Number.NaN])
    assert.throws(() => over(undefined, { patienceMs }), { code: 'invalid_input' });
});

function instanceOf(instance = createStorage()) {
  return {
    getItem: (key) => instance.getItem(key),
    setItem: (key, text) => instance.setItem(key, text),
    removeItem: (key) => instance.removeItem(key),
    getKeys: (from) => instance.getKeys(from),
  };
}
