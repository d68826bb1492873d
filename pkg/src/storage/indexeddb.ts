/** Keeps records in a browser's IndexedDB. Knows transactions and connections; nothing about what a record holds. */

import { failure, full, isQuota, kindOf, refuseError, wellFormed } from './contract.js';
import { freshVersion } from './frame.js';
import type { DeleteResult, KeyPage, PutResult, Storage, Stored, WriteOptions } from './types.js';

/** Which database, and where it comes from. */
export interface IndexedDbOptions {
  /** The database's name. Default `ductape-models`. Its one object store is the library's own. */
  readonly name?: string;
  /** What opens databases. Default: the platform's `indexedDB`. */
  readonly factory?: { open(name: string): unknown };
}

/**
 * A store in IndexedDB: compare-and-set, strong reads and listings, between all tabs and workers of an origin. Every conditional
 * write is one transaction, flushed to the disk before it is acknowledged where the browser can (`durability: 'strict'`).
 * Nothing is opened before the first call. A connection that another tab wants gone is given up, and one that was given up or
 * that the browser closed is opened anew by the next call.
 *
 * Every script of the page's origin can read the database. Browsers may remove it when the disk is short, unless the page asked
 * for `navigator.storage.persist()`.
 *
 * Methods throw `quota_exceeded` (no room; the old value stays), `record_corrupt` (a value that this store did not write),
 * `invalid_input` (text with a lone surrogate), `storage_error` (anything else that the browser refuses).
 *
 * @throws an Error with `code: 'storage_error'` where there is no IndexedDB.
 * @example
 * const ductape = new Ductape({ product: 'shop', privateKey, storage: indexedDbStorage() });
 */
export function indexedDbStorage(options: IndexedDbOptions = {}): Storage {
  const { name = 'ductape-models' } = options;
  const factory = options.factory ?? (globalThis as { indexedDB?: { open(name: string): unknown } }).indexedDB;
  if (typeof factory?.open !== 'function') throw failure('storage_error', 'There is no IndexedDB here.');
  const connection = new Connection(factory as Factory, name);

  return Object.freeze({
    capabilities: Object.freeze({ cas: true, read: 'strong', list: 'strong', atomicWrite: true } as const),
    get: (key: string): Promise<Stored | null> => connection.run('readonly', (records) => read(records, key)),
    put: async (key: string, value: string, condition?: WriteOptions): Promise<PutResult> => {
      wellFormed(value);
      return connection.run('readwrite', async (records): Promise<PutResult> => {
        if (!(await holds(records, key, condition))) return { conflict: true };
        const etag = freshVersion();
        await done(records.put({ value, etag }, key));
        return { etag };
      });
    },
    delete: (key: string, condition?: WriteOptions): Promise<DeleteResult> =>
      connection.run('readwrite', async (records): Promise<DeleteResult> => {
        if (!(await holds(records, key, condition))) return { conflict: true };
        const deleted = (await done(records.count(key))) > 0;
        await done(records.delete(key));
        return { deleted };
      }),
    list: async (
      prefix: string,
      page: { readonly cursor?: string | null; readonly limit: number },
    ): Promise<KeyPage> => {
      if (!Number.isSafeInteger(page.limit) || page.limit < 1)
        throw new RangeError('The limit of a listing must be a positive integer.');
      return connection.run('readonly', (records) => pageUnder(records, prefix, page));
    },
  });
}

/** What is used of the API. Its own types belong to the DOM's library, which programs of other platforms lack. */
interface Factory {
  open(name: string): OpenRequest;
}
interface Request<T> {
  readonly result: T;
  readonly error: unknown;
  onsuccess: (() => void) | null;
  onerror: (() => void) | null;
}
interface OpenRequest extends Request<Database> {
  onupgradeneeded: (() => void) | null;
  onblocked: (() => void) | null;
}
interface Database {
  readonly objectStoreNames: { contains(name: string): boolean };
  createObjectStore(name: string): unknown;
  transaction(names: string, mode: Mode, options: { readonly durability: 'strict' }): Transaction;
  close(): void;
  onversionchange: (() => void) | null;
  onclose: (() => void) | null;
}
interface Transaction {
  readonly error: unknown;
  objectStore(name: string): Records;
  abort(): void;
  oncomplete: (() => void) | null;
  onabort: (() => void) | null;
}
interface Records {
  get(key: string): Request<unknown>;
  put(value: Stored, key: string): Request<unknown>;
  count(key: string): Request<number>;
  delete(key: string): Request<unknown>;
  openKeyCursor(range: object): Request<Cursor | null>;
}
interface Cursor {
  readonly key: unknown;
  continue(): void;
}
interface KeyRanges {
  bound(from: string, to: string, fromOpen: boolean, toOpen: boolean): object;
}
type Mode = 'readonly' | 'readwrite';

const STORE = 'records';

/** One connection, opened when it is needed and forgotten when it is gone. */
class Connection {
  readonly #factory: Factory;
  readonly #name: string;
  #opened: Promise<Database> | undefined;

  constructor(factory: Factory, name: string) {
    this.#factory = factory;
    this.#name = name;
  }

  /** Runs a step in a transaction of its own; answers once the transaction is complete, which is when it is on the disk. */
  async run<T>(mode: Mode, step: (records: Records) => Promise<T>): Promise<T> {
    try {
      return await within(await this.#transaction(mode), step);
    } catch (error) {
      if (isQuota(error)) throw full(error);
      if (typeof (error as { code?: unknown } | null)?.code === 'string') throw error;
      throw failure('storage_error', 'The browser did not complete the transaction.', error);
    }
  }

  async #transaction(mode: Mode): Promise<Transaction> {
    const start = async (): Promise<Transaction> => {
      const opened = this.#open();
      try {
        return (await opened).transaction(STORE, mode, { durability: 'strict' });
      } catch (error) {
        this.#forget(opened);
        throw error;
      }
    };
    // A connection that the browser closed without a word is found out here; nothing was begun, so starting over is safe.
    return start().catch((error: unknown) => {
      if ((error as { name?: unknown }).name === 'InvalidStateError') return start();
      throw error;
    });
  }

  #open(): Promise<Database> {
    this.#opened ??= this.#connect();
    return this.#opened;
  }

  #forget(opened: Promise<Database> | undefined): void {
    if (this.#opened === opened) this.#opened = undefined;
  }

  #connect(): Promise<Database> {
    const connecting = new Promise<Database>((resolve, reject) => {
      // Without a version: a database that a later release has upgraded opens all the same.
      const request = this.#factory.open(this.#name);
      request.onupgradeneeded = () => void request.result.createObjectStore(STORE);
      request.onerror = () => reject(request.error);
      let isLate = false;
      request.onblocked = () => {
        isLate = true;
        reject(failure('storage_error', 'Another tab keeps an older version of the database open.'));
      };
      request.onsuccess = () => {
        const database = request.result;
        if (!isLate && database.objectStoreNames.contains(STORE)) {
          return resolve(watched(database, () => this.#forget(connecting)));
        }
        database.close();
        reject(failure('storage_error', 'The database of this name belongs to something else.'));
      };
    });
    return connecting;
  }
}

function watched(database: Database, gone: () => void): Database {
  // Whoever wants to delete or upgrade the database waits for this connection to go.
  database.onversionchange = () => {
    gone();
    database.close();
  };
  database.onclose = gone;
  return database;
}

async function within<T>(transaction: Transaction, step: (records: Records) => Promise<T>): Promise<T> {
  const complete = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? failure('storage_error', 'The transaction was aborted.'));
  });
  // Handled below as well; the first of the two to fail must not leave the other unheard.
  complete.catch(() => undefined);
  try {
    const outcome = await step(transaction.objectStore(STORE));
    await complete;
    return outcome;
  } catch (error) {
    abort(transaction);
    // The transaction's reason tells more than that of the request that died with it.
    await complete.catch((reason: unknown) => {
      if (isQuota(reason)) throw reason;
    });
    throw error;
  }
}

function abort(transaction: Transaction): void {
  try {
    transaction.abort();
  } catch {
    // It has ended already.
  }
}

function done<T>(request: Request<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function read(records: Records, key: string): Promise<Stored | null> {
  const found: unknown = await done(records.get(key));
  if (found === undefined) return null;
  refuseError('The database', 'get', found);
  const { value, etag } = (found ?? {}) as Partial<Record<keyof Stored, unknown>>;
  if (typeof value !== 'string' || typeof etag !== 'string')
    throw failure('record_corrupt', `The record of this key holds ${kindOf(value)}; this store did not write it.`);
  return { value, etag };
}

async function holds(records: Records, key: string, condition: WriteOptions | undefined): Promise<boolean> {
  const ifMatch = condition?.ifMatch;
  return ifMatch === undefined || ((await read(records, key))?.etag ?? null) === ifMatch;
}

function pageUnder(
  records: Records,
  prefix: string,
  { cursor, limit }: { readonly cursor?: string | null; readonly limit: number },
): Promise<KeyPage> {
  const ranges = (globalThis as unknown as { IDBKeyRange: KeyRanges }).IDBKeyRange;
  const after = cursor == null || cursor < prefix ? undefined : cursor;
  // Keys are ASCII, so nothing under the prefix sorts behind this.
  const request = records.openKeyCursor(ranges.bound(after ?? prefix, `${prefix}\uffff`, after !== undefined, true));
  return new Promise((resolve, reject) => {
    const keys: string[] = [];
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const at = request.result;
      if (at === null) return resolve({ keys, cursor: null });
      if (keys.length === limit) return resolve({ keys, cursor: keys.at(-1) ?? null });
      keys.push(String(at.key));
      at.continue();
    };
  });
}
