// A Durable Object, by its binding.

import { durableObjectStorage, type ModelStoreStub } from 'ductape-models/storage/durable-object';

import type { Case } from '../suite.js';
import { equal } from '../suite.js';
import { CANARY, fails, kit, limits } from './checks.js';
import type { Models } from './worker.js';

type Kit = typeof import('ductape-models/testing');

export function durableObjectCases(testing: Kit, namespace: DurableObjectNamespace<Models>): Case[] {
  const open = (name: string) => durableObjectStorage(namespace.getByName(name));
  return [
    ...kit(testing, 'Durable Object', () => open('kit')),
    ...limits('Durable Object', () => open('limits'), 1_999_000),
    {
      name: 'a cursor of a Durable Object leads nowhere outside its prefix',
      async run() {
        const store = open('cursors');
        for (const key of ['a/1', 'b/1', 'b/2', 'c/1']) await store.put(key, 'x');
        equal(await store.list('b/', { cursor: 'a/1', limit: 9 }), { keys: ['b/1', 'b/2'], cursor: null });
        equal(await store.list('b/', { cursor: 'c/1', limit: 9 }), { keys: [], cursor: null });
        equal(await store.list('', { cursor: 'b/1', limit: 9 }), { keys: ['b/2', 'c/1'], cursor: null });
      },
    },
    {
      name: 'two objects keep their records apart',
      async run() {
        await open('one').put('a', 'of one');
        equal(await open('two').get('a'), null);
      },
    },
    {
      name: 'r30c a delete of a Durable Object tells done, absent and refused apart',
      async run() {
        const store = open('deletes');
        equal(await store.delete('a', { ifMatch: null }), { deleted: false });
        equal(await store.delete('a', { ifMatch: 'x' }), { conflict: true });
        await store.put('a', 'x');
        equal(await store.delete('a', { ifMatch: null }), { conflict: true });
        equal(await store.delete('a'), { deleted: true });
        equal(await store.delete('a'), { deleted: false });
      },
    },
    {
      name: 'r63 records outlive a crash of their object, and a store with a function for its stub goes on',
      async run() {
        const store = durableObjectStorage(() => namespace.getByName('crash'));
        await store.put('a', 'before');
        const crash = namespace.getByName('crash').crash() as Promise<void>;
        await crash.then(
          () => Promise.reject(new Error('it did not crash')),
          () => undefined,
        );
        equal((await store.get('a'))?.value, 'before');
      },
    },
    {
      name: 'r62 r63 of what the runtime throws only its flags and SQLite’s word get out',
      async run() {
        const failing = (facts: object) =>
          durableObjectStorage(stub(() => Promise.reject(Object.assign(new Error(`at ${CANARY}`), facts))));
        const code = 'storage_error';
        await fails(() => failing({ retryable: true }).put('a', CANARY), { code, retryable: true, operation: 'put' });
        await fails(() => failing({}).get('a'), { code, retryable: false, operation: 'get' });
        const busy = { retryable: true, overloaded: true };
        await fails(() => failing(busy).delete('a'), { code, retryable: false, operation: 'delete' });
        const full = { message: `${CANARY}: SQLITE_FULL` };
        await fails(() => failing(full).list('a', { limit: 1 }), { code, reason: 'SQLITE_FULL', operation: 'list' });
      },
    },
    {
      name: 'r63 an answer that the class does not give is an error',
      async run() {
        for (const answer of [undefined, 7, CANARY, {}, { value: CANARY }, { etag: 7 }]) {
          const store = durableObjectStorage(stub(async () => answer));
          const contract = { code: 'storage_contract' };
          await fails(() => store.get('a'), contract);
          await fails(() => store.put('a', CANARY), contract);
          await fails(() => store.delete('a'), contract);
          await fails(() => store.list('a', { limit: 1 }), contract);
        }
      },
    },
  ];
}

function stub(answer: () => Promise<unknown>): ModelStoreStub {
  return { get: answer, put: answer, delete: answer, list: answer } as ModelStoreStub;
}
