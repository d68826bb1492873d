/** The conformance kit over the stores of the package, and a client over each. */

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createStorage } from 'unstorage';
import fs from 'unstorage/drivers/fs';
import fsLite from 'unstorage/drivers/fs-lite';
import localStorageDriver from 'unstorage/drivers/localstorage';
import lruCache from 'unstorage/drivers/lru-cache';
import memory from 'unstorage/drivers/memory';

import { fakeArea, fakeLocks } from './fakes.mjs';
import {
  clientStorageCases,
  fileStorage,
  fromCallback,
  LONG_SIZES,
  loadClient,
  memoryStorage,
  storageCases,
  testStorage,
  unstorageStorage,
  webStorage,
} from './package-under-test.mjs';

const base = mkdtempSync(join(tmpdir(), 'storage-kit-'));
after(() => rmSync(base, { recursive: true }));
const Ductape = await loadClient();

/** The kit, with what reaches beneath this store, and a client over it. */
function conforms(name, store, hooks = {}) {
  testStorage(name, () => store, { test, ...hooks });
  for (const { name: what, run } of clientStorageCases(Ductape, () => store)) test(`${name}: ${what}`, run);
}

/** A fault that answers every call beneath with an error. */
const broken = (switches, name, error) => () => {
  switches[name] = error;
  return () => {
    switches[name] = undefined;
  };
};
const coded = (code) => Object.assign(new Error('refused'), { code });

conforms('memory', memoryStorage());

const map = new Map();
const callback = {};
const fails = () => {
  if (callback.all !== undefined) throw callback.all;
};
const callbackFaults = {
  quota_exceeded: broken(callback, 'all', coded('quota_exceeded')),
  rate_limited: broken(callback, 'all', coded('rate_limited')),
  'an outage': broken(callback, 'all', new Error('EIO')),
};
conforms('callback over a Map', fromCallback(mapCallback()), {
  faults: callbackFaults,
  plant: (under) => map.set(`${under}~zz`, 'foreign'),
});

// Asynchronous and in no order, as a remote store may answer.
testStorage('callback that waits', () => fromCallback(slowCallback(new Map())), { test });

const folder = join(base, 'files');
conforms('file', fileStorage({ folder }), {
  plant: (under) => {
    writeFileSync(join(folder, under, 'foreign.txt'), 'foreign');
    writeFileSync(join(folder, under, 'z.value'), 'not of this store');
  },
});

const area = fakeArea({ quota: 5_242_880 });
conforms('Web Storage', webStorage({ area }), areaHooks(area));
const shared = fakeArea({ quota: 5_242_880 });
conforms('Web Storage between tabs', webStorage({ area: shared, locks: fakeLocks() }), areaHooks(shared));

const drivers = {
  memory: memory(),
  'fs-lite': fsLite({ base: join(base, 'fs-lite') }),
  fs: fs({ base: join(base, 'fs') }),
  localstorage: localStorageDriver({ localStorage: areaAsObject() }),
  'lru-cache': lruCache({ max: 100_000 }),
};
for (const [name, driver] of Object.entries(drivers)) {
  const instance = createStorage({ driver });
  const switches = {};
  conforms(`unstorage over ${name}`, unstorageStorage(failing(instance, switches), { patienceMs: 5 }), {
    // One writer, where there is no compare-and-set: more of them would show nothing more.
    sizes: { increments: 200 },
    faults: {
      quota_exceeded: broken(switches, 'throws', coded('quota_exceeded')),
      'errors as values': broken(switches, 'answers', new Error('EIO')),
      'writes that never happen': broken(switches, 'drops', true),
    },
    plant: (under) => plantBeside(instance, under),
    tear: async (key, length) => {
      const inner = nameBeneath(key);
      const text = await instance.getItem(inner);
      if (length >= text.length) return false;
      await instance.setItem(inner, text.slice(0, length));
      return true;
    },
  });
}

// The real thing: bytes cut in the file itself.
test('r63 a file of the fs-lite driver cut at any byte is an error', async () => {
  const root = join(base, 'cut');
  const store = unstorageStorage(createStorage({ driver: fsLite({ base: root }) }), { patienceMs: 0 });
  await store.put('lm1/shop/a', `{"text":"${'é'.repeat(50)}"}`);
  const file = join(root, 'd.lm1/d.shop/v.a');
  assert.ok(existsSync(file));
  const whole = readFileSync(file);
  for (let length = 0; length < whole.length; length += 1) {
    writeFileSync(file, whole.subarray(0, length));
    await assert.rejects(store.get('lm1/shop/a'), { code: 'record_corrupt' }, `cut to ${length} bytes`);
  }
});

test('every point of the contract that an adapter or a client can be asked for has a case', () => {
  const hooks = { faults: { quota_exceeded: () => undefined }, tear: () => false, plant: () => undefined };
  const cases = [...storageCases(memoryStorage, hooks), ...clientStorageCases(Ductape, memoryStorage)];
  const points = new Set(cases.flatMap((item) => item.points));
  // 11, a record of a newer version, needs the master key's checksum: tests/client proves it in Rust.
  assert.deepEqual(
    [...points].sort((a, b) => a - b),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15],
  );
});

test('sizes are whole numbers of at least 1, and the long form is the one that proofs promise', () => {
  for (const increments of [0, -1, 1.5, Number.NaN, '10']) {
    assert.throws(() => storageCases(memoryStorage, { sizes: { increments } }), RangeError);
  }
  const { increments, writers, keys, creators } = LONG_SIZES;
  assert.deepEqual([increments, writers, keys, creators], [10_000, 64, 10_000, 64]);
});

test('r30c 10,000 increments by 64 writers lose none in memory', async () => {
  const store = memoryStorage();
  const item = storageCases(() => store, { sizes: LONG_SIZES }).find(({ points }) => points.includes(3));
  await item.run();
});

function areaHooks(beneath) {
  return {
    faults: {
      quota_exceeded: () => {
        const before = beneath.quota;
        beneath.quota = 0;
        return () => {
          beneath.quota = before;
        };
      },
    },
    plant: (under) => {
      beneath.map.set('another-app', 'foreign');
      beneath.map.set(`ductape-models:text:${under}z`, 'not of this store');
    },
    tear: (key, length) => {
      const name = `ductape-models:text:${key}`;
      const text = beneath.map.get(name);
      if (length >= text.length) return false;
      beneath.map.set(name, text.slice(0, length));
      return true;
    },
  };
}

function mapCallback() {
  const answer = (step) => {
    fails();
    return step();
  };
  return {
    get: (key) => answer(() => map.get(key)),
    set: (key, value) => answer(() => map.set(key, value)),
    delete: (key) => answer(() => map.delete(key)),
    list: (prefix) => answer(() => [...map.keys()].filter((key) => key.startsWith(prefix))),
  };
}

function slowCallback(items) {
  const later = (step) => new Promise((resolve) => setImmediate(() => resolve(step())));
  return {
    get: (key) => later(() => items.get(key) ?? null),
    set: (key, value) => later(() => void items.set(key, value)),
    delete: (key) => later(() => void items.delete(key)),
    // Ignores the prefix and repeats itself: the wrapper has to cope.
    list: () => later(() => [...items.keys(), ...items.keys()].reverse()),
  };
}

/** An instance that can be made to fail in the ways that drivers do. */
function failing(instance, switches) {
  const call =
    (operation, isWrite) =>
    async (...args) => {
      if (switches.throws !== undefined) throw switches.throws;
      if (switches.answers !== undefined && !isWrite) return operation === 'getKeys' ? [] : switches.answers;
      if ((switches.drops ?? switches.answers) !== undefined && isWrite) return undefined;
      return instance[operation](...args);
    };
  return {
    getItem: call('getItem', false),
    setItem: call('setItem', true),
    removeItem: call('removeItem', true),
    getKeys: async (from) => {
      if (switches.answers !== undefined) throw switches.answers;
      return call('getKeys', false)(from);
    },
  };
}

async function plantBeside(instance, under) {
  const folderName = under
    .split('/')
    .filter(Boolean)
    .map((segment) => `d.${segment}`);
  for (const name of ['foreign', 'v.UPPER', 'd.x', 'v.'])
    await instance.setItem([...folderName, name].join(':'), 'foreign');
}

function nameBeneath(key) {
  const segments = key.split('/');
  return segments.map((segment, index) => `${index === segments.length - 1 ? 'v' : 'd'}.${segment}`).join(':');
}

/** What the localstorage driver asks for: an object whose own names are the items. */
function areaAsObject() {
  const methods = {
    getItem(name) {
      return Object.hasOwn(this, name) ? this[name] : null;
    },
    setItem(name, text) {
      this[name] = String(text);
    },
    removeItem(name) {
      delete this[name];
    },
  };
  return Object.create(methods);
}
