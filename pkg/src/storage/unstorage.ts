/** Keeps records in an unstorage instance. Trusts neither its acknowledgements nor its answers; knows no driver by name. */

import { broken, failure, textArray, wellFormed } from './contract.js';
import { framed, freshVersion, unframed } from './frame.js';
import { pageOf } from './page.js';
import { queued } from './queue.js';
import type { DeleteResult, KeyPage, PutResult, Storage, Stored } from './types.js';

/** What the store needs of an instance; that of unstorage 1 has it, as has anything else of this shape. */
export interface UnstorageInstance {
  getItem(key: string): Promise<unknown>;
  setItem(key: string, value: string): Promise<unknown>;
  removeItem(key: string): Promise<unknown>;
  getKeys(base?: string): Promise<readonly string[]>;
}

/** What the instance's driver promises. */
export interface UnstorageOptions {
  /** `eventual` for a driver whose reads follow its writes after a while, such as Workers KV. Default `strong`. */
  readonly read?: 'strong' | 'eventual';
  /**
   * Milliseconds that a write may take to be read back, and a file that somebody else is writing to become whole. Default 1000,
   * at least 0.
   */
  readonly patienceMs?: number;
}

/**
 * A store over an unstorage instance, without compare-and-set: within a process writes of one key follow one another, but two
 * processes that write one key may lose an update. Everything else is as the instance's driver has it, with these differences:
 *
 * - Keys are translated, `lm1/shop/a` to `d.lm1:d.shop:v.a`, so that no key is the folder of another, none is a device's name
 *   and none is one that a driver ignores (`node_modules`). Items that are not of this form are not listed.
 * - Values go in a frame that is never parsed as JSON and shows a torn write.
 * - Every write and delete is read back; what was acknowledged and did not happen is an error.
 * - Keys outside `a-z 0-9 _ ~ -` and `/` are refused, since unstorage takes several of them for one.
 *
 * Not for drivers that forget, such as `lru-cache`: a model that was dropped later reads as one that never was.
 *
 * Methods throw `invalid_input` (such a key, text with a lone surrogate), `storage_contract` (an answer of the wrong type, also
 * an `Error` object as the value), `storage_error` (a write that did not happen), `record_corrupt` (an item that is torn or that
 * this store did not write), or what the driver throws.
 *
 * @throws an Error with `code: 'invalid_input'` where the instance lacks one of the four functions.
 * @example
 * import { createStorage } from 'unstorage';
 * import fs from 'unstorage/drivers/fs';
 * const storage = unstorageStorage(createStorage({ driver: fs({ base: './models' }) }));
 */
export function unstorageStorage(instance: UnstorageInstance, options: UnstorageOptions = {}): Storage {
  const { read = 'strong', patienceMs = 1000 } = options;
  if (!isInstance(instance)) {
    throw failure(
      'invalid_input',
      'An unstorage instance needs the functions getItem, setItem, removeItem and getKeys.',
    );
  }
  if (!(patienceMs >= 0)) throw failure('invalid_input', 'patienceMs must be at least 0.');
  const items = new Items(instance, patienceMs);
  const alone = <T>(key: string, run: (name: string) => Promise<T>): Promise<T> =>
    queued(instance, key, () => run(nameOf(key)));

  return Object.freeze({
    capabilities: Object.freeze({ cas: false, read, list: read } as const),
    get: (key: string): Promise<Stored | null> =>
      alone(key, async (name) => {
        const item = await items.get(name);
        return item && { value: item.value, etag: '' };
      }),
    put: async (key: string, value: string): Promise<PutResult> => {
      wellFormed(value);
      await alone(key, (name) => items.set(name, value));
      return { etag: '' };
    },
    delete: async (key: string): Promise<DeleteResult> => ({ deleted: await alone(key, (name) => items.remove(name)) }),
    list: async (prefix: string, page: { readonly cursor?: string | null; readonly limit: number }): Promise<KeyPage> =>
      pageOf(await items.keys(prefix), prefix, page),
  });
}

const SOURCE = 'The unstorage instance';
const SEGMENT = /^[a-z0-9_~-]+$/;
/** The first and the longest wait before something is read again, in milliseconds. */
const PAUSES = { first: 1, longest: 100 };

type Item = { readonly version: string; readonly value: string };

/** The instance's items, by their translated names. */
class Items {
  readonly #instance: UnstorageInstance;
  readonly #patienceMs: number;

  constructor(instance: UnstorageInstance, patienceMs: number) {
    this.#instance = instance;
    this.#patienceMs = patienceMs;
  }

  /** The whole item; waits for one that somebody else is in the middle of writing. */
  async get(name: string): Promise<Item | null> {
    const item = await this.#until(
      () => this.#look(name),
      (seen) => seen !== 'torn',
    );
    if (item === 'torn')
      throw failure('record_corrupt', 'The item of this key is torn, or this store did not write it.');
    return item;
  }

  async set(name: string, value: string): Promise<void> {
    const before = versionOf(await this.#look(name));
    const version = freshVersion();
    await this.#instance.setItem(name, framed(version, value));
    const isWritten = (seen: Item | null | 'torn'): boolean =>
      seen !== null && seen !== 'torn' && (seen.version === version ? seen.value === value : seen.version !== before);
    // Another version than the one before may be somebody's who wrote since; that ours was first is then as good as any order.
    const seen = await this.#until(() => this.#look(name), isWritten);
    if (isWritten(seen)) return;
    const what = seen === 'torn' ? 'left it torn' : 'did not do it';
    throw failure('storage_error', `The driver acknowledged a write and ${what}.`);
  }

  async remove(name: string): Promise<boolean> {
    const before = await this.#look(name);
    if (before === null) return false;
    await this.#instance.removeItem(name);
    const isGone = (seen: Item | null | 'torn'): boolean => seen === null || versionOf(seen) !== versionOf(before);
    const seen = await this.#until(() => this.#look(name), isGone);
    if (!isGone(seen)) throw failure('storage_error', 'The driver acknowledged a delete and did not do it.');
    return true;
  }

  async keys(prefix: string): Promise<string[]> {
    const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    const base = folder
      .split('/')
      .filter(Boolean)
      .map((segment) => `d.${segment}`);
    const names = textArray(SOURCE, 'getKeys', await this.#instance.getKeys(base.join(':')));
    return names.flatMap((name) => keyOf(name) ?? []);
  }

  async #look(name: string): Promise<Item | null | 'torn'> {
    const answer = await this.#instance.getItem(name);
    if (answer === null || answer === undefined) return null;
    if (typeof answer !== 'string') throw broken(SOURCE, 'getItem', answer, 'text or null');
    return unframed(answer) ?? 'torn';
  }

  /** Looks again, with growing pauses, until the answer is good or patience ends. */
  async #until<T>(look: () => Promise<T>, isGood: (seen: T) => boolean): Promise<T> {
    const start = Date.now();
    for (let pause = PAUSES.first; ; pause = Math.min(2 * pause, PAUSES.longest)) {
      const seen = await look();
      if (isGood(seen) || Date.now() - start >= this.#patienceMs) return seen;
      await new Promise<void>((resume) => setTimeout(resume, pause));
    }
  }
}

function versionOf(seen: Item | null | 'torn'): string | null {
  return seen === null || seen === 'torn' ? seen : seen.version;
}

function nameOf(key: string): string {
  const segments = key.split('/');
  if (!segments.every((segment) => SEGMENT.test(segment)))
    throw failure('invalid_input', 'A key must be segments of a-z 0-9 _ - ~, parted by "/".');
  return segments.map((segment, index) => `${index === segments.length - 1 ? 'v' : 'd'}.${segment}`).join(':');
}

/** The key of a name; `undefined` for what is not this store's. */
function keyOf(name: string): string | undefined {
  const key = name
    .split(':')
    .map((part) => part.slice(2))
    .join('/');
  const isOurs = key.split('/').every((segment) => SEGMENT.test(segment)) && nameOf(key) === name;
  return isOurs ? key : undefined;
}

function isInstance(value: unknown): value is UnstorageInstance {
  if (typeof value !== 'object' || value === null) return false;
  const candidate = value as Record<string, unknown>;
  return ['getItem', 'setItem', 'removeItem', 'getKeys'].every((name) => typeof candidate[name] === 'function');
}
