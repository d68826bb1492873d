// Workers KV, by its binding.

import { type KvNamespace, kvStorage } from 'ductape-models/storage/kv';

import type { Case } from '../suite.js';
import { equal } from '../suite.js';
import { CANARY, fails, kit, limits } from './checks.js';

type Kit = typeof import('ductape-models/testing');

export function kvCases(testing: Kit, local: KVNamespace, lagging: KVNamespace, lag: Fetcher): Case[] {
  const settle = async (): Promise<void> => {
    await lag.fetch('http://lag/settle', { method: 'POST' });
  };
  return [
    // The simulator is consistent: nothing to wait for, and nothing learned about waiting either.
    ...kit(testing, 'KV', () => kvStorage(local)),
    // Here reads are stale until they settle, so that only what holds for an eventual store is asked of it.
    ...kit(testing, 'KV that lags', () => kvStorage(lagging), { settle }),
    ...limits('KV', () => kvStorage(local), 26_214_400),
    {
      name: 'r30d the kit that does not wait for KV to settle finds its stale reads',
      async run() {
        await settle();
        const found = testing
          .storageCases(() => kvStorage(lagging))
          .find((item) => item.name === 'a read sees the write before it');
        if (found === undefined) throw new Error('the kit has no such case any more');
        const fault = await found.run().catch((error: unknown) => error);
        equal(fault instanceof testing.StorageFault, true);
        await settle();
      },
    },
    {
      name: 'r30c KV says that it has no compare-and-set, no versions and eventual reads',
      async run() {
        const store = kvStorage(local);
        const { cas, read, list, minWriteIntervalMs } = store.capabilities;
        equal([cas, read, list, minWriteIntervalMs], [false, 'eventual', 'eventual', 1000]);
        equal(await store.put('versions', 'a'), { etag: '' });
        equal(await store.get('versions'), { value: 'a', etag: '' });
      },
    },
    {
      name: 'r63 a 429 of KV says that the write may be repeated and when; repeated it goes through',
      async run() {
        const store = kvStorage(lagging);
        const key = `limited/${CANARY}`;
        await store.put(key, 'first');
        const refused = await fails(() => store.put(key, CANARY), { code: 'storage_error', status: 429 });
        equal([refused.retryable, refused.retryAfterMs, refused.operation], [true, 1000, 'put']);
        equal(refused.message.includes('may be repeated'), true);
        await settle();
        equal((await store.get(key))?.value, 'first');
        await store.put(key, 'second');
        await settle();
        equal((await store.get(key))?.value, 'second');
      },
    },
    {
      name: 'r63 an outage of KV is a retryable error, never "not there"',
      async run() {
        const store = kvStorage(lagging);
        const key = `down/${CANARY}`;
        for (const call of [() => store.get(key), () => store.put(key, CANARY), () => store.delete(key)]) {
          const error = await fails(call, { code: 'storage_error', status: 503, retryable: true });
          equal(error.message.includes('outage'), false);
        }
      },
    },
    {
      name: 'cacheTtl reaches KV, and what KV would refuse is refused at once',
      async run() {
        equal(await kvStorage(local, { cacheTtl: 30 }).get('never-written'), null);
        for (const cacheTtl of [29, 0, -1, 30.5, Number.NaN, Number.POSITIVE_INFINITY]) {
          await fails(() => kvStorage(local, { cacheTtl }), { code: 'invalid_input' });
        }
        const seen: unknown[] = [];
        const spy: KvNamespace = {
          ...fake(),
          async get(_key, options) {
            seen.push(options);
            return null;
          },
        };
        await kvStorage(spy, { cacheTtl: 300 }).get('a');
        await kvStorage(spy).get('a');
        equal(seen, [{ type: 'text', cacheTtl: 300 }, { type: 'text' }]);
      },
    },
    {
      name: 'a page of KV that is empty and not the last leads to the next',
      async run() {
        const pages = [
          { keys: [], list_complete: false, cursor: 'one' },
          { keys: [{ name: 'a' }], list_complete: false, cursor: 'two' },
          { keys: [], list_complete: true, cursor: 'left over' },
        ];
        const asked: unknown[] = [];
        const store = kvStorage({
          ...fake(),
          async list(options) {
            asked.push(options);
            return pages[asked.length - 1] as never;
          },
        });
        equal(await store.list('p/', { limit: 5000 }), { keys: [], cursor: 'one' });
        equal(await store.list('p/', { cursor: 'one', limit: 7 }), { keys: ['a'], cursor: 'two' });
        equal(await store.list('p/', { cursor: 'two', limit: 7 }), { keys: [], cursor: null });
        equal(asked, [
          { prefix: 'p/', limit: 1000 },
          { prefix: 'p/', limit: 7, cursor: 'one' },
          { prefix: 'p/', limit: 7, cursor: 'two' },
        ]);
      },
    },
    {
      name: 'r63 an answer that KV does not give is an error',
      async run() {
        const contract = { code: 'storage_contract' };
        const odd = (answer: unknown): KvNamespace => ({ ...fake(), get: async () => answer as never });
        for (const answer of [undefined, new Error(CANARY), { value: CANARY }, 7])
          await fails(() => kvStorage(odd(answer)).get('a'), contract);
        const page = (answer: unknown): KvNamespace => ({ ...fake(), list: async () => answer as never });
        for (const answer of [undefined, {}, { keys: [], list_complete: false }])
          await fails(() => kvStorage(page(answer)).list('a', { limit: 1 }), contract);
      },
    },
    {
      name: 'r62 what else KV throws does not get out',
      async run() {
        const broken = async (): Promise<never> => {
          throw new Error(`no route to ${CANARY}`);
        };
        const store = kvStorage({ get: broken, put: broken, delete: broken, list: broken });
        const failed = { code: 'storage_error', retryable: true, cause: undefined };
        await fails(() => store.get('a'), { ...failed, operation: 'get' });
        await fails(() => store.put('a', CANARY), { ...failed, operation: 'put' });
        await fails(() => store.delete('a'), { ...failed, operation: 'delete' });
        await fails(() => store.list('a', { limit: 1 }), { ...failed, operation: 'list' });
      },
    },
  ];
}

function fake(): KvNamespace {
  return {
    get: async () => null,
    put: async () => undefined,
    delete: async () => undefined,
    list: async () => ({ keys: [], list_complete: true }),
  };
}
