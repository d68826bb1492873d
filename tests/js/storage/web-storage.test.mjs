/** What only the Web Storage store promises: tabs, quotas, names. The real browser is in tests/js/run-page-stores.ts. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { fakeArea, fakeLocks, fakeTabs } from './fakes.mjs';
import { storageCases, webStorage } from './package-under-test.mjs';

const all = (storage, prefix = '') => storage.list(prefix, { limit: 1000 });

test('r30c tabs whose copies follow late lose no increment', async () => {
  const locks = fakeLocks();
  const tabs = fakeTabs(3, { ms: 15 }).map((area) => webStorage({ area, locks }));
  await tabs[0].put('n', '0');
  await Promise.all(tabs.map((storage) => increments(storage, 20)));
  for (const storage of tabs) assert.equal((await storage.get('n')).value, '60');
});

test('r30c a read in one tab sees what another has had acknowledged', async () => {
  const locks = fakeLocks();
  const [one, two] = fakeTabs(2, { ms: 30 }).map((area) => webStorage({ area, locks }));
  await one.put('a', 'x');
  assert.equal((await two.get('a'))?.value, 'x');
  await two.delete('a');
  assert.equal(await one.get('a'), null);
  await one.put('b', 'y');
  assert.deepEqual((await all(two)).keys, ['b']);
});

test('the kit passes two tabs that take turns', async () => {
  const locks = fakeLocks();
  const tabs = fakeTabs(2, { ms: 2 }).map((area) => webStorage({ area, locks }));
  const turn = (name) => {
    let count = 0;
    return (...args) => tabs[count++ % 2][name](...args);
  };
  const alternating = () => ({
    capabilities: tabs[0].capabilities,
    get: turn('get'),
    put: turn('put'),
    delete: turn('delete'),
    list: turn('list'),
  });
  for (const { run } of storageCases(alternating, { sizes: { increments: 60, keys: 100, rewrites: 10 } })) await run();
});

test('without the count the same tabs do lose increments: the fake shows what it is meant to show', async () => {
  const locks = fakeLocks();
  const areas = fakeTabs(3, { ms: 15 });
  const tabs = areas.map((area) => webStorage({ area, locks: blind(locks) }));
  await tabs[0].put('n', '0');
  await new Promise((resume) => setTimeout(resume, 50));
  await Promise.all(tabs.map((storage) => increments(storage, 20)));
  await new Promise((resume) => setTimeout(resume, 50));
  assert.notEqual((await tabs[0].get('n')).value, '60');
});

test('an area emptied by its owner is taken as empty, not waited for for ever', async () => {
  const area = fakeArea();
  const storage = webStorage({ area, locks: fakeLocks() });
  await storage.put('a', 'x');
  area.map.clear();
  assert.equal(await storage.get('a'), null);
  // A refused write comes first: what it leaves of the count must not be waited for either.
  assert.ok('conflict' in (await storage.put('a', 'y', { ifMatch: 'none' })));
  await storage.put('a', 'y', { ifMatch: null });
  assert.equal((await storage.get('a')).value, 'y');
});

test('a count that does not arrive is an error, not a stale answer', async () => {
  const locks = fakeLocks();
  const delay = { ms: 1 };
  const [one, two] = fakeTabs(2, delay).map((area) => webStorage({ area, locks }));
  await one.put('a', 'x');
  assert.equal((await two.get('a')).value, 'x');
  delay.ms = 60_000;
  await one.put('a', 'y');
  await assert.rejects(two.get('a'), { code: 'storage_error' });
  await assert.rejects(two.put('a', 'z'), { code: 'storage_error' });
});

test('r63 a full area throws quota_exceeded and keeps what it has', async () => {
  for (const locks of [null, fakeLocks()]) {
    const area = fakeArea({ quota: 2000 });
    const storage = webStorage({ area, locks });
    const { etag } = await storage.put('a', 'old');
    const before = [...area.map];
    await assert.rejects(storage.put('a', 'x'.repeat(3000), { ifMatch: etag }), { code: 'quota_exceeded' });
    await assert.rejects(storage.put('b', 'x'.repeat(3000)), { code: 'quota_exceeded' });
    assert.deepEqual([...area.map], before);
    assert.ok('etag' in (await storage.put('a', 'new', { ifMatch: etag })));
  }
});

test('capabilities say where compare-and-set holds', () => {
  assert.equal(webStorage({ area: fakeArea() }).capabilities.cas, true);
  assert.equal(webStorage({ area: fakeArea(), locks: fakeLocks() }).capabilities.cas, true);
  // Shared with other tabs, and no way to take turns.
  assert.equal(webStorage({ area: fakeArea(), locks: null }).capabilities.cas, false);
  assert.equal(webStorage({ area: fakeArea(), locks: { request() {} } }).capabilities.cas, false);
});

test("stores with other prefixes and other programs' items are not seen", async () => {
  const area = fakeArea();
  area.setItem('theme', 'dark');
  const [one, two] = [webStorage({ area, prefix: 'one:' }), webStorage({ area, prefix: 'two:' })];
  await one.put('a', '1');
  await two.put('a', '2');
  assert.deepEqual([(await one.get('a')).value, (await two.get('a')).value], ['1', '2']);
  assert.deepEqual((await all(one)).keys, ['a']);
});

test('a lone surrogate is refused, and so is a listing without a positive limit', async () => {
  const storage = webStorage({ area: fakeArea() });
  await assert.rejects(storage.put('a', 'x\udc00'), { code: 'invalid_input' });
  await assert.rejects(storage.list('', { limit: 0 }), RangeError);
});

test('an area that may not be used is storage_error with its cause', async () => {
  const denied = Object.assign(new Error('denied'), { name: 'SecurityError' });
  const area = {
    ...fakeArea(),
    getItem: () => {
      throw denied;
    },
  };
  await assert.rejects(webStorage({ area }).get('a'), { code: 'storage_error', cause: denied });
});

async function increments(storage, times) {
  for (let done = 0; done < times; ) {
    const { value, etag } = await storage.get('n');
    if (!('conflict' in (await storage.put('n', String(Number(value) + 1), { ifMatch: etag })))) done += 1;
  }
}

/** Locks whose names cannot be seen. */
function blind(locks) {
  return { request: locks.request, query: async () => ({ held: [] }) };
}
