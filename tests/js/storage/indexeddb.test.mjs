/** What the IndexedDB store makes of a factory that refuses, blocks or is absent. The real one is in tests/js/run-page-stores.ts. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { indexedDbStorage } from './package-under-test.mjs';

/** A factory that plays one script for each open. */
function scripted(...scripts) {
  const factory = {
    opens: 0,
    open: () => {
      const script = scripts[factory.opens++];
      const request = {};
      queueMicrotask(() => script(request));
      return request;
    },
  };
  return factory;
}

const database = (names, log) => ({
  objectStoreNames: { contains: (name) => names.includes(name) },
  close: () => log.push('closed'),
  transaction: () => {
    throw Object.assign(new Error('closing'), { name: 'InvalidStateError' });
  },
});
const succeeds = (result) => (request) => {
  request.result = result;
  request.onsuccess();
};

test('without IndexedDB the store says so when it is made', () => {
  assert.throws(() => indexedDbStorage(), { code: 'storage_error' });
});

test('an open that is blocked is an error, and the connection that comes late is closed', async () => {
  const log = [];
  let late;
  const factory = scripted(
    (request) => {
      request.onblocked();
      late = request;
    },
    (request) => {
      request.error = new Error('denied');
      request.onerror();
    },
  );
  const storage = indexedDbStorage({ factory });
  await assert.rejects(storage.get('a'), { code: 'storage_error', message: /older version/ });
  succeeds(database(['records'], log))(late);
  assert.deepEqual(log, ['closed']);
  // The next call opens again.
  await assert.rejects(storage.get('a'), { code: 'storage_error' });
  assert.equal(factory.opens, 2);
});

test("a database of another program's is closed and refused, each time", async () => {
  const log = [];
  const factory = scripted(succeeds(database(['theirs'], log)), succeeds(database(['theirs'], log)));
  const storage = indexedDbStorage({ factory });
  for (let round = 0; round < 2; round += 1) {
    await assert.rejects(storage.put('a', 'x'), { code: 'storage_error', message: /something else/ });
  }
  assert.deepEqual(log, ['closed', 'closed']);
});

test('a connection that is closing is opened anew once, then given up with its cause', async () => {
  const factory = scripted(succeeds(database(['records'], [])), succeeds(database(['records'], [])));
  await assert.rejects(
    indexedDbStorage({ factory }).get('a'),
    (error) => error.code === 'storage_error' && error.cause.name === 'InvalidStateError',
  );
  assert.equal(factory.opens, 2);
});

test('a lone surrogate and a listing without a positive limit are refused before anything is opened', async () => {
  const factory = scripted();
  const storage = indexedDbStorage({ factory });
  await assert.rejects(storage.put('a', 'x\ud800'), { code: 'invalid_input' });
  await assert.rejects(storage.list('', { limit: 0 }), RangeError);
  assert.equal(factory.opens, 0);
});
