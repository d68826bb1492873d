// What every store must do, as cases for any test runner. It reads a store through its interface only; each failure names
// the fault.

import type { Storage, StoredValue } from '../storage/types.js';

/** Registers one case with a test runner: `node:test`'s `test`, Vitest's, Jest's, Bun's, Deno's. */
export type Register = (name: string, run: () => Promise<void>) => unknown;

/** Keys that have broken stores before: separators, traversal, prototype names, case. All in the library's alphabet or escaped by it. */
const KEYS = ['a', 'a~3ab', 'a~2fb', 'a~3fb', '~41', 'a~24', '~2e~2e', '__proto__', 'constructor', 'tostring', 'a-b_c'];

const VALUES = [
  'x',
  'null',
  '7',
  '{"a":1}',
  ' spaced \r\n\t',
  'caf\u00e9 cafe\u0301',
  '\u6f22\u5b57 \u{1f511} \u{10ffff}',
  '\u0001\u007f',
  'x'.repeat(1 << 20),
];

const RACERS = 64;
const INCREMENTS = 100;
const LISTED = 250;

/**
 * The conformance kit. `factory` makes a fresh, empty store for each case; `test` registers a case.
 * A store that declares `cas: false` is spared the cases about conditional writes.
 *
 * ```js
 * import { test } from 'node:test';
 * testStorage('mine', () => myStorage(), { test });
 * ```
 */
export function testStorage(name: string, factory: () => Storage | Promise<Storage>, { test }: { test: Register }): void {
  const cases: [string, (store: Store) => Promise<void>, 'cas'?][] = [
    ['values come back byte for byte', roundTrips],
    ['an absent key is null, and deleting it is no failure', absence],
    ['keys are kept apart', keysApart],
    ['a list is complete, paged and bound to its prefix', lists],
    ['a failed condition changes nothing', conditions, 'cas'],
    ['of many that create one key, exactly one wins', createRace, 'cas'],
    ['concurrent increments are all counted', increments, 'cas'],
    ['a delete loses against a change it has not seen', deleteRace, 'cas'],
    ['a reader sees whole values while they are replaced', neverTorn],
  ];
  for (const [what, run, needs] of cases) {
    test(`${name}: ${what}`, async () => {
      const storage = await factory();
      if (needs === 'cas' && !storage.capabilities.cas) return;
      await run(new Store(storage));
    });
  }
}

/** A store whose answers are checked as they come. */
class Store {
  constructor(readonly storage: Storage) {}

  async get(key: string): Promise<StoredValue | null> {
    const answer: unknown = await this.storage.get(key);
    if (answer === null || answer === undefined) return null;
    if (answer instanceof Error) throw new Error('get gave an Error as a value; a failure must be thrown');
    const { value, etag } = answer as Partial<StoredValue>;
    if (typeof value !== 'string') throw new Error('get gave a value that is no text');
    if (this.storage.capabilities.cas && !etag) throw new Error('get gave no etag although cas is declared');
    return { value, etag };
  }

  async put(key: string, value: string, ifMatch?: string | null): Promise<string | 'conflict'> {
    const answer = await this.storage.put(key, value, ifMatch === undefined ? {} : { ifMatch });
    if (answer?.conflict) return 'conflict';
    if (this.storage.capabilities.cas && !answer?.etag) throw new Error('put gave no etag although cas is declared');
    return answer?.etag ?? '';
  }

  async expect(key: string, value: string): Promise<void> {
    const found = await this.get(key);
    if (found === null) throw new Error(`a write was lost: ${key} is missing after put`);
    if (found.value !== value) throw new Error(`a value changed: ${key} must come back byte for byte`);
  }

  async listAll(prefix: string): Promise<string[]> {
    const keys: string[] = [];
    let cursor: string | undefined;
    for (let pages = 0; pages <= LISTED; pages += 1) {
      const page = await this.storage.list(prefix, { cursor, limit: 50 });
      if (!Array.isArray(page?.keys)) throw new Error('list gave no keys');
      keys.push(...page.keys);
      cursor = page.cursor ?? undefined;
      if (cursor === undefined) return keys;
    }
    throw new Error('a list never ends: its cursor leads nowhere');
  }
}

async function roundTrips(store: Store): Promise<void> {
  for (const [index, value] of VALUES.entries()) {
    await store.put(`v/${index}`, value);
    await store.expect(`v/${index}`, value);
  }
}

async function absence(store: Store): Promise<void> {
  if ((await store.get('absent')) !== null) throw new Error('get of an absent key must give null');
  await store.storage.delete('absent');
  await store.put('k', 'x');
  await store.storage.delete('k');
  if ((await store.get('k')) !== null) throw new Error('a deleted key is still there');
}

async function keysApart(store: Store): Promise<void> {
  for (const key of KEYS) await store.put(`lm1/p/${key}`, key);
  for (const key of KEYS) await store.expect(`lm1/p/${key}`, key);
  const listed = await store.listAll('lm1/p/');
  if (listed.length !== KEYS.length) throw new Error(`${KEYS.length} keys were put and ${listed.length} are listed`);
}

async function lists(store: Store): Promise<void> {
  for (let index = 0; index < LISTED; index += 1) await store.put(`a/${index}`, 'x');
  await store.put('ab/0', 'x');
  const keys = await store.listAll('a/');
  if (keys.some((key) => !key.startsWith('a/'))) throw new Error('a list gave keys outside its prefix');
  if (new Set(keys).size !== keys.length) throw new Error('a list gave a key twice');
  if (keys.length !== LISTED) throw new Error(`a list gave ${keys.length} of ${LISTED} keys`);
}

async function conditions(store: Store): Promise<void> {
  const first = await store.put('k', 'one', null);
  if ((await store.put('k', 'two', null)) !== 'conflict') throw new Error('the condition "absent" was ignored');
  const second = await store.put('k', 'two', first);
  if (second === 'conflict' || second === first) throw new Error('an etag must match once, and change with every put');
  if ((await store.put('k', 'three', first)) !== 'conflict') throw new Error('the condition of an old etag was ignored');
  await store.expect('k', 'two');
}

async function createRace(store: Store): Promise<void> {
  const tries = Array.from({ length: RACERS }, (_, index) => store.put('k', `${index}`, null));
  const winners = (await Promise.all(tries)).flatMap((answer, index) => (answer === 'conflict' ? [] : [index]));
  if (winners.length !== 1) throw new Error(`${winners.length} of ${RACERS} created one key; exactly one may`);
  await store.expect('k', `${winners[0]}`);
}

async function increments(store: Store): Promise<void> {
  await store.put('n', '0', null);
  const one = async () => {
    for (;;) {
      const found = await store.get('n');
      if (found === null) throw new Error('a write was lost: the counter is missing');
      if ((await store.put('n', String(Number(found.value) + 1), found.etag ?? null)) !== 'conflict') return;
    }
  };
  for (let done = 0; done < INCREMENTS; done += 10) await Promise.all(Array.from({ length: 10 }, one));
  const value = (await store.get('n'))?.value;
  if (value !== String(INCREMENTS)) throw new Error(`a write was lost: ${INCREMENTS} increments came to ${value}`);
}

async function deleteRace(store: Store): Promise<void> {
  const old = await store.put('k', 'one', null);
  await store.put('k', 'two', old);
  const answer = await store.storage.delete('k', { ifMatch: old });
  if (!answer?.conflict) throw new Error("a delete's condition was ignored");
  await store.expect('k', 'two');
}

async function neverTorn(store: Store): Promise<void> {
  const values = ['a'.repeat(100_000), 'b'.repeat(50_000)];
  await store.put('k', values[0] ?? '');
  let writing = true;
  const writes = (async () => {
    for (let round = 0; round < 10; round += 1) await store.put('k', values[round % 2] ?? '');
    writing = false;
  })();
  const reads = (async () => {
    do {
      const found = await store.get('k');
      if (found === null) throw new Error('a value was missing while it was replaced');
      if (!values.includes(found.value)) throw new Error('a torn value was read');
      await new Promise<void>((resolve) => setTimeout(resolve, 0));
    } while (writing);
  })();
  await Promise.all([writes, reads]);
}
