// D1, by its binding.

import { type D1Binding, type D1Queries, type D1Statement, d1Storage } from 'ductape-models/storage/d1';

import type { Case } from '../suite.js';
import { equal } from '../suite.js';
import { CANARY, fails, kit, limits } from './checks.js';

type Kit = typeof import('ductape-models/testing');

export function d1Cases(testing: Kit, database: D1Database): Case[] {
  return [
    ...kit(testing, 'D1', () => d1Storage(database)),
    ...kit(testing, 'D1 of a runtime without sessions', () =>
      d1Storage(unsessioned(database), { table: 'old' }),
    ).filter(({ name }) => /conditions are honoured|callers that create/.test(name)),
    ...limits('D1', () => d1Storage(database), 1_999_000),
    {
      name: 'r30c every call of D1 opens a session on the primary',
      async run() {
        const opened: string[] = [];
        const store = d1Storage({
          prepare: (sql) => database.prepare(sql),
          withSession(constraint) {
            opened.push(constraint);
            return database.withSession(constraint);
          },
        });
        await store.put('session/a', 'x');
        await store.get('session/a');
        await store.list('session/', { limit: 1 });
        await store.delete('session/a');
        equal(opened, Array(4).fill('first-primary'));
      },
    },
    {
      name: 'the table of D1 is made once, also where many begin at once, and no two tables mix',
      async run() {
        // A keyword, which is a name like any other between quotes.
        const stores = Array.from({ length: 8 }, () => d1Storage(database, { table: 'order' }));
        const answers = await Promise.all(stores.map((store, at) => store.put('one', `by ${at}`, { ifMatch: null })));
        equal(answers.filter((answer) => 'etag' in answer).length, 1);
        equal(await d1Storage(database, { table: 'order_2' }).get('one'), null);
      },
    },
    {
      name: 'the name of a table is checked, for it stands in the SQL',
      async run() {
        const names = ['', '1a', 'a b', 'a"b', 'a;b', "a'b", 'a-b', 'tab\u00e9lle', 'a\n', 'x'.repeat(64)];
        for (const table of [...names, 'sqlite_a', 'SQLite_a', '_cf_a', '_CF_a', 'd1_a', `${CANARY}"`, 7 as never])
          await fails(() => d1Storage(database, { table }), { code: 'invalid_input' });
        for (const table of ['a', '_a', 'A1', 'x'.repeat(63)]) d1Storage(database, { table });
      },
    },
    {
      name: 'a page of D1 reads the rows of the page and no others',
      async run() {
        const read: number[] = [];
        const store = d1Storage(metered(database, read), { table: 'metered' });
        for (const prefix of ['a/', 'b/', 'c/']) {
          for (let at = 100; at < 300; at += 1) await store.put(`${prefix}${at}`, 'x');
        }
        read.length = 0;
        equal((await store.list('b/', { cursor: 'b/199', limit: 10 })).keys.length, 10);
        equal((await store.list('b/', { cursor: null, limit: 10 })).keys[0], 'b/100');
        equal((await store.list('bb/', { cursor: null, limit: 1000 })).keys, []);
        // One row more than the page, to know whether there is a next one.
        equal(
          read.map((rows) => rows <= 12),
          [true, true, true],
        );
      },
    },
    {
      name: 'a cursor of D1 leads nowhere outside its prefix',
      async run() {
        const store = d1Storage(database, { table: 'cursors' });
        for (const key of ['a/1', 'b/1', 'b/2', 'c/1']) await store.put(key, 'x');
        equal(await store.list('b/', { cursor: 'a/1', limit: 9 }), { keys: ['b/1', 'b/2'], cursor: null });
        equal(await store.list('b/', { cursor: 'c/1', limit: 9 }), { keys: [], cursor: null });
        equal(await store.list('', { cursor: 'b/1', limit: 9 }), { keys: ['b/2', 'c/1'], cursor: null });
      },
    },
    {
      name: 'r30c a delete of D1 tells done, absent and refused apart',
      async run() {
        const store = d1Storage(database, { table: 'deletes' });
        equal(await store.delete('a', { ifMatch: null }), { deleted: false });
        equal(await store.delete('a', { ifMatch: 'x' }), { conflict: true });
        await store.put('a', 'x');
        equal(await store.delete('a', { ifMatch: null }), { conflict: true });
        equal(await store.delete('a'), { deleted: true });
        equal(await store.delete('a'), { deleted: false });
      },
    },
    {
      name: 'r63 a table that is gone is an error with SQLite’s word, and made again for the next call',
      async run() {
        const store = d1Storage(database, { table: 'dropped' });
        await store.put(CANARY, 'x');
        await database.exec('DROP TABLE dropped');
        const failed = { code: 'storage_error', retryable: false, operation: 'get', reason: 'SQLITE_ERROR' };
        await fails(() => store.get(CANARY), failed);
        equal(await store.get(CANARY), null);
      },
    },
    {
      name: 'r62 r63 what D1 throws does not get out, and an answer without its count is no success',
      async run() {
        const failing = (message: string): D1Binding => answering(() => Promise.reject(new Error(message)));
        const lost = d1Storage(failing(`D1_ERROR: Network connection lost near ${CANARY}`));
        await fails(() => lost.put('a', CANARY), { code: 'storage_error', retryable: true, reason: undefined });
        const full = d1Storage(failing(`D1_ERROR: full at ${CANARY}: SQLITE_FULL`));
        await fails(() => full.put('a', CANARY), { code: 'storage_error', retryable: false, reason: 'SQLITE_FULL' });
        for (const answer of [{}, { meta: {} }, { meta: { changes: '1' } }]) {
          const odd = d1Storage(answering(async () => answer));
          await fails(() => odd.put('a', CANARY), { code: 'storage_contract' });
          await fails(() => odd.delete('a'), { code: 'storage_contract' });
          await fails(() => odd.get('a'), { code: 'storage_contract' });
        }
      },
    },
  ];
}

function unsessioned(database: D1Database): D1Binding {
  return { prepare: (sql) => database.prepare(sql) };
}

/** Notes how many rows each read of the database looked at. */
function metered(database: D1Database, read: number[]): D1Binding {
  const through = (queries: D1Queries): D1Queries => ({ prepare: (sql) => meter(queries.prepare(sql)) });
  const meter = (statement: D1Statement): D1Statement => ({
    bind: (...values) => meter(statement.bind(...values)),
    run: () => statement.run(),
    async all<Row>() {
      const answer = (await statement.all<Row>()) as { results: readonly Row[]; meta: { rows_read: number } };
      read.push(answer.meta.rows_read);
      return answer;
    },
  });
  return { ...through(database), withSession: (constraint) => through(database.withSession(constraint)) };
}

/** A database that answers everything but the making of its table so. */
function answering(answer: () => Promise<unknown>): D1Binding {
  const statement = (sql: string): D1Statement => ({
    bind: () => statement(sql),
    run: () => (sql.startsWith('CREATE') ? Promise.resolve({ meta: { changes: 0 } }) : answer()) as never,
    all: () => answer() as never,
  });
  return { prepare: statement };
}
