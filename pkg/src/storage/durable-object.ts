/**
 * Keeps records in a Durable Object with SQLite: the object's class, and the store that calls it. Names no module of the
 * Workers runtime, so that it loads everywhere.
 */

import { checkKey, checkLimit, checkValue, failure, strong } from './checks.js';
import type { DeleteResult, KeyPage, PutResult, Storage, Stored, WriteOptions } from './types.js';

/** Where a page of a listing starts and how long it may be. */
export interface PageOptions {
  readonly cursor?: string | null;
  readonly limit: number;
}

/** The methods that the object answers. */
export interface ModelStore {
  get(key: string): Stored | null;
  put(key: string, value: string, options?: WriteOptions): PutResult;
  delete(key: string, options?: WriteOptions): DeleteResult;
  list(prefix: string, options: PageOptions): KeyPage;
}

/** The same methods, called from elsewhere. A `DurableObjectStub` of a {@link ModelStore} fits. */
export interface ModelStoreStub {
  get(key: string): PromiseLike<Stored | null>;
  put(key: string, value: string, options?: WriteOptions): PromiseLike<PutResult>;
  delete(key: string, options?: WriteOptions): PromiseLike<DeleteResult>;
  list(prefix: string, options: PageOptions): PromiseLike<KeyPage>;
}

/** What a class of Durable Objects may be derived from: `DurableObject` of `cloudflare:workers`. */
export type DurableObjectBase = abstract new (...args: never[]) => object;

/** A class of Durable Objects that answers the methods of a {@link ModelStore}. */
export type ModelStoreClass<Base extends DurableObjectBase> = new (
  ...args: ConstructorParameters<Base>
) => InstanceType<Base> & ModelStore;

/** The part of a Durable Object's state that is used. */
interface ObjectState {
  readonly storage: {
    readonly sql: { exec(query: string, ...values: readonly (string | number)[]): { toArray(): unknown[] } };
    transactionSync<T>(run: () => T): T;
  };
}

/** A Durable Object takes rows of 2 MB; the rest is for the key, the etag and the row's own bytes. */
const MAX_VALUE_BYTES = 1_999_000;

const TABLE =
  'CREATE TABLE IF NOT EXISTS records (key TEXT PRIMARY KEY, value TEXT NOT NULL, etag TEXT NOT NULL) WITHOUT ROWID';
const READ = 'SELECT value, etag FROM records WHERE key = ?';
const WRITE = 'INSERT OR REPLACE INTO records (key, value, etag) VALUES (?, ?, ?)';
const REMOVE = 'DELETE FROM records WHERE key = ?';
// A range of the primary key and nothing else: no text's bytes reach FF, so prefix and FF end the prefix; a cursor and a
// zero byte begin what follows the cursor.
const LIST = `SELECT key FROM records
  WHERE key >= max(?1, ?2 || char(0)) AND key < ?1 || CAST(X'FF' AS TEXT) ORDER BY key LIMIT ?3`;

/**
 * The class of a Durable Object that keeps records in its SQLite database, table `records`, with compare-and-set by random
 * etags. Workers answer calls only on classes derived from their own `DurableObject`, which other runtimes do not have:
 * hence it is handed in.
 *
 * The class must be listed under `new_sqlite_classes` of the Worker's migrations.
 *
 * @example
 * import { DurableObject } from 'cloudflare:workers';
 * export class Models extends modelStore(DurableObject) {}
 */
export function modelStore<Base extends DurableObjectBase>(base: Base): ModelStoreClass<Base> {
  const Parent = base as unknown as new (state: ObjectState, env: unknown) => object;

  class Records extends Parent implements ModelStore {
    readonly #storage: ObjectState['storage'];

    constructor(state: ObjectState, env: unknown) {
      super(state, env);
      this.#storage = state.storage;
      this.#rows(TABLE);
    }

    get(key: string): Stored | null {
      return this.#read(key);
    }

    put(key: string, value: string, options?: WriteOptions): PutResult {
      // Random, not a counter: what was deleted and made anew must not match what was read before.
      const etag = crypto.randomUUID();
      return this.#storage.transactionSync<PutResult>(() => {
        if (!this.#holds(key, options?.ifMatch)) return { conflict: true };
        this.#rows(WRITE, key, value, etag);
        return { etag };
      });
    }

    delete(key: string, options?: WriteOptions): DeleteResult {
      return this.#storage.transactionSync<DeleteResult>(() => {
        if (!this.#holds(key, options?.ifMatch)) return { conflict: true };
        const deleted = this.#read(key) !== null;
        this.#rows(REMOVE, key);
        return { deleted };
      });
    }

    list(prefix: string, { cursor, limit }: PageOptions): KeyPage {
      const rows = this.#rows<{ key: string }>(LIST, prefix, cursor ?? '', limit + 1);
      const keys = rows.slice(0, limit).map((row) => row.key);
      return { keys, cursor: rows.length > limit ? (keys.at(-1) ?? null) : null };
    }

    #read(key: string): Stored | null {
      return this.#rows<Stored>(READ, key)[0] ?? null;
    }

    #holds(key: string, ifMatch: string | null | undefined): boolean {
      return ifMatch === undefined || (this.#read(key)?.etag ?? null) === ifMatch;
    }

    #rows<Row>(query: string, ...values: readonly (string | number)[]): Row[] {
      return this.#storage.sql.exec(query, ...values).toArray() as Row[];
    }
  }
  return Records as unknown as ModelStoreClass<Base>;
}

/**
 * A store in a Durable Object made by {@link modelStore}: compare-and-set, strong reads and listings from every location, as
 * one object in one place answers all calls, one after another. All records of one stub lie in one object, so use an object
 * for each product or tenant where one becomes too slow.
 *
 * Keys: 1 to 512 bytes. Values: up to 1,999,000 bytes, as a row takes 2 MB; an object holds 10 GB
 * (https://developers.cloudflare.com/durable-objects/platform/limits/).
 *
 * @param stub The stub, or a function that makes one. A failed call may leave a stub unusable
 *   (https://developers.cloudflare.com/durable-objects/best-practices/error-handling/), so give a function where the store
 *   outlives a request.
 *
 * Methods throw `invalid_input` (a key or value outside these limits), `storage_contract` (an answer that this class does not
 * give), or `storage_error` with `operation`, `retryable` as the runtime says, and SQLite's word for it as `reason` where
 * there is one. A write that failed may have been applied all the same.
 *
 * @example
 * const storage = durableObjectStorage(() => env.MODELS.getByName('main'));
 */
export function durableObjectStorage(stub: ModelStoreStub | (() => ModelStoreStub)): Storage {
  const call = async <T>(operation: string, run: (store: ModelStoreStub) => PromiseLike<T>): Promise<T> => {
    try {
      return await run(typeof stub === 'function' ? stub() : stub);
    } catch (error) {
      throw refusal(operation, error);
    }
  };

  return Object.freeze({
    capabilities: strong(MAX_VALUE_BYTES),
    async get(key: string): Promise<Stored | null> {
      checkKey(key);
      const answer = await call('get', (store) => store.get(key));
      if (answer === null) return null;
      if (typeof answer?.value !== 'string' || typeof answer.etag !== 'string')
        throw contract('get', 'null or {value, etag}');
      return { value: answer.value, etag: answer.etag };
    },
    async put(key: string, value: string, options?: WriteOptions): Promise<PutResult> {
      checkKey(key);
      checkValue(value, MAX_VALUE_BYTES);
      const answer = await call('put', (store) => store.put(key, value, conditionOf(options)));
      if ('conflict' in Object(answer)) return { conflict: true };
      const { etag } = Object(answer) as { etag?: unknown };
      if (typeof etag !== 'string') throw contract('put', '{etag} or {conflict: true}');
      return { etag };
    },
    async delete(key: string, options?: WriteOptions): Promise<DeleteResult> {
      checkKey(key);
      const answer = await call('delete', (store) => store.delete(key, conditionOf(options)));
      if ('conflict' in Object(answer)) return { conflict: true };
      const { deleted } = Object(answer) as { deleted?: unknown };
      if (typeof deleted !== 'boolean') throw contract('delete', '{deleted} or {conflict: true}');
      return { deleted };
    },
    async list(prefix: string, { cursor, limit }: PageOptions): Promise<KeyPage> {
      checkLimit(limit);
      const answer = await call('list', (store) => store.list(prefix, { cursor: cursor ?? null, limit }));
      if (!Array.isArray(answer?.keys)) throw contract('list', '{keys, cursor}');
      return { keys: [...answer.keys], cursor: answer.cursor ?? null };
    },
  });
}

/** A fresh object with nothing else on it: it is copied to another isolate. */
function conditionOf(options: WriteOptions | undefined): WriteOptions {
  return options?.ifMatch === undefined ? {} : { ifMatch: options.ifMatch };
}

/** Of the runtime's error only its flags and SQLite's word are kept: its text may quote anything. */
function refusal(operation: string, error: unknown): Error {
  const { message, retryable, overloaded } = Object(error) as Record<string, unknown>;
  const reason = /\bSQLITE_[A-Z_]+\b/.exec(String(message))?.[0];
  const told = overloaded === true ? ': it is overloaded' : reason === undefined ? '' : `: ${reason}`;
  return failure('storage_error', `The Durable Object failed in ${operation}${told}.`, {
    operation,
    reason,
    // An overloaded object only gets slower by being asked again.
    retryable: retryable === true && overloaded !== true,
  });
}

function contract(operation: string, expected: string): Error {
  const message = `The Durable Object broke its contract: ${operation} must give ${expected}.`;
  return failure('storage_contract', message, { operation });
}
