/** Keeps records in `localStorage` or `sessionStorage`. Knows how tabs share an area; nothing about what a record holds. */

import { broken, failure, full, isQuota, wellFormed } from './contract.js';
import { type Framed, framed, freshVersion, unframed } from './frame.js';
import { pageOf } from './page.js';
import { type Locks, Tabs } from './tabs.js';
import type { DeleteResult, KeyPage, PutResult, Storage, Stored, WriteOptions } from './types.js';

/** What the store needs of the platform's `Storage`. */
export interface StorageArea {
  readonly length: number;
  key(index: number): string | null;
  getItem(name: string): string | null;
  setItem(name: string, text: string): void;
  removeItem(name: string): void;
}

/** Which area, and under which names. */
export interface WebStorageOptions {
  /** The area. Default: the page's `localStorage`. */
  readonly area?: StorageArea;
  /**
   * What every item's name starts with; stores do not see each other unless one's starts with the other's. Default
   * `ductape-models:`.
   */
  readonly prefix?: string;
  /**
   * The lock manager that the area's tabs share; `null` for none. Default: the page's `navigator.locks` for `localStorage`, and
   * none for every other area, which is taken to belong to this tab alone, as `sessionStorage` does.
   */
  readonly locks?: object | null;
}

/**
 * A store in a Web Storage area: compare-and-set, strong reads and listings, also between the tabs of one browser. Between tabs
 * that takes Web Locks; where `localStorage` is used in a page that has none (no secure context), `capabilities.cas` is false,
 * and only callers of the same tab are kept apart.
 *
 * Every script of the page's origin can read the area. Browsers give an origin about 5 MiB, which is some 3,000 models, and write
 * it to the disk only after a while: a crash of the browser may take the last seconds' writes.
 * A tab that is killed within milliseconds of a write may have the write missed by another tab that writes the same key then.
 *
 * Methods throw `quota_exceeded` (no room; the old value stays), `record_corrupt` (an item that is torn or that this store
 * did not write), `storage_contract` (an area that answers with something other than text), `invalid_input` (text with a lone
 * surrogate), `storage_error` (the page may not use the area, or the other tabs' writes do not arrive).
 *
 * @throws an Error with `code: 'storage_error'` where the page has no such area or may not use it.
 * @example
 * const ductape = new Ductape({ product: 'shop', privateKey, storage: webStorage() });
 */
export function webStorage(options: WebStorageOptions = {}): Storage {
  const { prefix = 'ductape-models:' } = options;
  const area = options.area ?? pageArea();
  const isShared = options.locks !== undefined || isLocal(area);
  const locks = usable(options.locks === undefined ? pageLocks() : options.locks);
  const items = new Items(area, `${prefix}text:`);
  const tabs = isShared && locks !== undefined ? new Tabs(area, prefix, locks) : undefined;

  const read = <T>(look: () => T): Promise<T> => guarded(async () => (tabs === undefined ? look() : tabs.read(look)));
  const write = <T extends object>(step: () => T): Promise<T> =>
    guarded(async () => (tabs === undefined ? step() : tabs.write(step)));

  return Object.freeze({
    capabilities: Object.freeze({ cas: !isShared || tabs !== undefined, read: 'strong', list: 'strong' } as const),
    get: (key: string): Promise<Stored | null> => read(() => items.get(key)),
    put: async (key: string, value: string, condition?: WriteOptions): Promise<PutResult> => {
      wellFormed(value);
      return write(() => (items.holds(key, condition?.ifMatch) ? items.set(key, value) : { conflict: true }));
    },
    delete: (key: string, condition?: WriteOptions): Promise<DeleteResult> =>
      write(() => (items.holds(key, condition?.ifMatch) ? items.remove(key) : { conflict: true })),
    list: (prefix: string, page: { readonly cursor?: string | null; readonly limit: number }): Promise<KeyPage> =>
      read(() => pageOf(items.keys(), prefix, page)),
  });
}

/** The area's items as keys and values. Synchronous throughout: nothing of the same tab can come between two of its steps. */
class Items {
  readonly #area: StorageArea;
  readonly #start: string;

  constructor(area: StorageArea, start: string) {
    this.#area = area;
    this.#start = start;
  }

  get(key: string): Stored | null {
    const text: unknown = this.#area.getItem(this.#start + key);
    if (text === null) return null;
    if (typeof text !== 'string') throw broken('The storage area', 'getItem', text, 'text or null');
    const item: Framed | undefined = unframed(text);
    if (item === undefined)
      throw failure('record_corrupt', 'The item of this key is torn, or this store did not write it.');
    return { value: item.value, etag: item.version };
  }

  holds(key: string, ifMatch: string | null | undefined): boolean {
    return ifMatch === undefined || (this.get(key)?.etag ?? null) === ifMatch;
  }

  set(key: string, value: string): PutResult {
    const etag = freshVersion();
    this.#area.setItem(this.#start + key, framed(etag, value));
    return { etag };
  }

  remove(key: string): DeleteResult {
    const deleted = this.#area.getItem(this.#start + key) !== null;
    this.#area.removeItem(this.#start + key);
    return { deleted };
  }

  keys(): string[] {
    const names = Array.from({ length: this.#area.length }, (_, index) => this.#area.key(index) ?? '');
    return names.filter((name) => name.startsWith(this.#start)).map((name) => name.slice(this.#start.length));
  }
}

async function guarded<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (isQuota(error)) throw full(error);
    if (error instanceof RangeError || typeof (error as { code?: unknown } | null)?.code === 'string') throw error;
    throw failure('storage_error', 'The browser did not let the page use its storage.', error);
  }
}

function pageArea(): StorageArea {
  try {
    const area = (globalThis as { localStorage?: StorageArea }).localStorage;
    if (area !== undefined && area !== null) return area;
  } catch (error) {
    throw failure('storage_error', 'The browser does not let this page use localStorage.', error);
  }
  throw failure('storage_error', 'There is no localStorage here; give an area.');
}

/** Whether other tabs share the area. Asks for the page's own only where the area is a real one, since asking may be refused. */
function isLocal(area: StorageArea): boolean {
  return Object.prototype.toString.call(area) === '[object Storage]' && area === pageArea();
}

function pageLocks(): unknown {
  return (globalThis as { navigator?: { locks?: unknown } }).navigator?.locks;
}

function usable(locks: unknown): Locks | undefined {
  const candidate = locks as Partial<Locks> | null | undefined;
  return typeof candidate?.request === 'function' && typeof candidate.query === 'function'
    ? (candidate as Locks)
    : undefined;
}
