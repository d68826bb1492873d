/** What the wrapper over four plain functions promises: no answer of theirs is trusted. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { fromCallback, isStorageCallback, memoryStorage } from './package-under-test.mjs';

const sound = { get: () => null, set: () => undefined, delete: () => undefined, list: () => [] };
const calls = {
  get: (storage) => storage.get('k'),
  set: (storage) => storage.put('k', 'v'),
  delete: (storage) => storage.delete('k'),
  list: (storage) => storage.list('', { limit: 10 }),
};
const wrong = {
  get: [new Error('canary'), 1, true, {}, ['canary'], () => 'canary', Symbol('canary'), new Uint8Array(1)],
  set: [new Error('canary'), new TypeError('canary')],
  delete: [new Error('canary')],
  list: [
    new Error('canary'),
    null,
    undefined,
    'canary',
    { keys: [] },
    [1],
    ['a', undefined],
    [new Error('canary')],
    new Array(1),
  ],
};

for (const [operation, answers] of Object.entries(wrong)) {
  test(`r63_wrong_types_from_${operation}_are_contract_errors_that_name_it`, async () => {
    for (const answer of answers) {
      const storage = fromCallback({ ...sound, [operation]: async () => answer });
      await assert.rejects(calls[operation](storage), (error) => {
        assert.equal(error.code, 'storage_contract');
        assert.equal(error.operation, operation);
        assert.match(error.message, new RegExp(`callback's ${operation} returned`));
        assert.doesNotMatch(error.message, /canary/);
        return true;
      });
    }
  });

  test(`r63_what_${operation}_throws_passes_through`, async () => {
    const fault = new Error('quota');
    const storage = fromCallback({
      ...sound,
      [operation]: () => {
        throw fault;
      },
    });
    await assert.rejects(calls[operation](storage), (error) => error === fault);
  });
}

test('r30c_the_wrapper_declares_that_it_has_no_compare_and_set', () => {
  assert.equal(fromCallback(sound).capabilities.cas, false);
});

test('callbacks_keep_their_this', async () => {
  class Callback {
    #map = new Map([['k', 'v']]);
    get(key) {
      return this.#map.get(key);
    }
    set() {}
    delete() {}
    list() {
      return [...this.#map.keys()];
    }
  }
  const storage = fromCallback(new Callback());
  assert.deepEqual(await storage.get('k'), { value: 'v', etag: '' });
  assert.deepEqual((await storage.list('', { limit: 1 })).keys, ['k']);
});

test('only_four_functions_and_no_store_are_a_callback', () => {
  assert.ok(isStorageCallback(sound));
  for (const other of [null, undefined, 'get', () => null, {}, new Map(), memoryStorage(), { ...sound, list: 1 }]) {
    assert.equal(isStorageCallback(other), false);
  }
  assert.throws(() => fromCallback(new Map()), { code: 'invalid_input' });
});

test('a_listing_without_a_positive_limit_is_refused', async () => {
  assert.throws(() => memoryStorage().list('', { limit: 0 }), RangeError);
  await assert.rejects(fromCallback(sound).list('', { limit: Number.NaN }), RangeError);
});
