/** Reads from caches in front of the store that holds the truth. Knows neither the store nor the caches, nor what a record holds. */

import { failure } from './checks.js';
import type { DeleteResult, KeyPage, PutResult, Storage, Stored, WriteOptions } from './types.js';

export { type KvCacheNamespace, kvCache, type MemoryCacheOptions, memoryCache } from './read-caches.js';

type MaybePromise<T> = T | Promise<T>;

/**
 * A place for copies: text under a key. It may forget, fail or answer with an old copy; each copy carries the time at which it
 * was true, so that none of this makes a read older than allowed.
 */
export interface ReadCache {
  get(key: string): MaybePromise<string | null | undefined>;
  /** Keeps a copy. It is of no use after `seconds`. */
  put(key: string, copy: string, seconds: number): MaybePromise<unknown>;
  delete(key: string): MaybePromise<unknown>;
}

/** How old an answer may be. */
export interface CachedStorageOptions {
  /** The oldest copy that is taken for the truth, in seconds: a whole number from 1 to 86400. */
  readonly maxAgeSeconds: number;
  /** How much older a copy may be while the store fails, in seconds: a whole number from 0 to 604800. Default 0: the failure is thrown. */
  readonly staleIfErrorSeconds?: number;
  /** Takes work that need not hold up an answer, such as `waitUntil` of `cloudflare:workers`. Default: the call waits for it. */
  readonly later?: (work: Promise<unknown>) => void;
  /** The time in milliseconds since 1970. Default: the clock's. */
  readonly now?: () => number;
}

/** A copy, and when it was true. */
interface Copy extends Stored {
  readonly at: number;
}

/** How far another machine's clock may be ahead before its copies are passed over. */
const MAX_SKEW_MS = 5000;
const HEAD = 'copy1';

/**
 * A store whose reads come from caches where a copy is young enough; writes, conditions and listings go to `source`.
 *
 * - **Staleness.** A read misses no write that is older than `maxAgeSeconds` (and five seconds, where clocks differ), however
 *   long a cache keeps or repeats its copies: each carries the time of the read or write that made it. So `read` is declared as
 *   `eventual`, and everything else as the source declares it.
 * - **Own writes.** After a write, done or not, this object reads that key from the source for `maxAgeSeconds`.
 * - **Compare-and-set** stays the source's: whoever writes with an old copy's etag is refused there, and then reads anew.
 * - **Absence is not cached**: a new record is seen at once by whoever asks for it.
 * - A cache that fails is passed over. The source's failures are thrown, unless `staleIfErrorSeconds` allows an older copy.
 *
 * Whoever can write to a cache can put an older copy of a record there, as whoever can write to the store can.
 *
 * @param caches Asked in turn, the nearest first. What a farther one or the source gave is put into those before it.
 * @throws `invalid_input` for an option outside its range.
 * @example
 * const storage = cachedStorage(durableObjectStorage(stub), [memoryCache(), kvCache(env.CACHE)], { maxAgeSeconds: 60 });
 */
export function cachedStorage(
  source: Storage,
  caches: ReadCache | readonly ReadCache[],
  options: CachedStorageOptions,
): Storage {
  const { maxAgeSeconds, staleIfErrorSeconds = 0 } = options;
  checkSeconds('maxAgeSeconds', maxAgeSeconds, 1, 86_400);
  checkSeconds('staleIfErrorSeconds', staleIfErrorSeconds, 0, 604_800);
  const copies = new Copies(Array.isArray(caches) ? caches : [caches as ReadCache], options);

  /** A write through the source. Whatever becomes of it, copies of the key are no longer trusted here. */
  const written = async <T extends object>(key: string, write: () => MaybePromise<T>): Promise<T> => {
    copies.distrust(key);
    try {
      const result = await write();
      if ('conflict' in result) await copies.drop(key);
      return result;
    } catch (error) {
      await copies.drop(key);
      throw error;
    } finally {
      copies.distrust(key);
    }
  };

  return Object.freeze({
    capabilities: Object.freeze({ ...source.capabilities, read: 'eventual' } as const),
    async get(key: string): Promise<Stored | null> {
      const at = copies.now();
      const found = await copies.find(key, at);
      if (found !== undefined && copies.isFresh(found, at)) return stored(found);
      try {
        const truth = await source.get(key);
        if (isStored(truth)) await copies.keep(key, { value: truth.value, etag: truth.etag, at });
        return truth;
      } catch (error) {
        if (found !== undefined && copies.isBearable(found, at)) return stored(found);
        throw error;
      }
    },
    put(key: string, value: string, condition?: WriteOptions): Promise<PutResult> {
      return written(key, async () => {
        const at = copies.now();
        const result = await source.put(key, value, condition);
        if (isVersion(result)) await copies.keep(key, { value, etag: result.etag, at });
        return result;
      });
    },
    delete(key: string, condition?: WriteOptions): Promise<DeleteResult> {
      return written(key, async () => {
        const result = await source.delete(key, condition);
        await copies.drop(key);
        return result;
      });
    },
    async list(prefix: string, page: { readonly cursor?: string | null; readonly limit: number }): Promise<KeyPage> {
      return source.list(prefix, page);
    },
  });
}

/** The copies of all caches, and which keys are not to be read from them. */
class Copies {
  readonly #caches: readonly ReadCache[];
  readonly #maxAgeMs: number;
  readonly #bearableMs: number;
  readonly #later: ((work: Promise<unknown>) => void) | undefined;
  readonly now: () => number;
  /** Keys that were written here, and until when no cache is asked for them: another process may still put an older copy there. */
  readonly #distrusted = new Map<string, number>();

  constructor(caches: readonly ReadCache[], options: CachedStorageOptions) {
    this.#caches = caches;
    this.#maxAgeMs = options.maxAgeSeconds * 1000;
    this.#bearableMs = this.#maxAgeMs + (options.staleIfErrorSeconds ?? 0) * 1000;
    this.#later = options.later;
    this.now = options.now ?? Date.now;
  }

  isFresh({ at }: Copy, now: number): boolean {
    return now - at < this.#maxAgeMs;
  }

  isBearable({ at }: Copy, now: number): boolean {
    return now - at < this.#bearableMs;
  }

  distrust(key: string): void {
    const now = this.now();
    if (this.#distrusted.size >= 256) {
      for (const [name, until] of this.#distrusted) if (until <= now) this.#distrusted.delete(name);
    }
    this.#distrusted.set(key, now + this.#maxAgeMs + MAX_SKEW_MS);
  }

  /** The first copy that is fresh, else the youngest of those that are not. */
  async find(key: string, now: number): Promise<Copy | undefined> {
    if ((this.#distrusted.get(key) ?? 0) > now) return undefined;
    let youngest: Copy | undefined;
    for (const [level, cache] of this.#caches.entries()) {
      const copy = await read(cache, key, now);
      if (copy === undefined || (youngest !== undefined && copy.at <= youngest.at)) continue;
      youngest = copy;
      if (!this.isFresh(copy, now)) continue;
      if (level > 0) await this.#inBackground(this.#put(this.#caches.slice(0, level), key, copy));
      break;
    }
    return youngest;
  }

  async keep(key: string, copy: Copy): Promise<void> {
    await this.#inBackground(this.#put(this.#caches, key, copy));
  }

  async drop(key: string): Promise<void> {
    await this.#inBackground(Promise.all(this.#caches.map((cache) => quietly(() => cache.delete(key)))));
  }

  async #put(caches: readonly ReadCache[], key: string, copy: Copy): Promise<void> {
    const text = print(copy);
    const seconds = Math.ceil(this.#bearableMs / 1000);
    await Promise.all(caches.map((cache) => quietly(() => cache.put(key, text, seconds))));
  }

  #inBackground(work: Promise<unknown>): Promise<unknown> | undefined {
    if (this.#later === undefined) return work;
    this.#later(work);
    return undefined;
  }
}

/** A cache's copy, unless it is none or claims to be from the future. */
async function read(cache: ReadCache, key: string, now: number): Promise<Copy | undefined> {
  const text = await quietly(() => cache.get(key));
  const copy = typeof text === 'string' ? parse(text) : undefined;
  return copy !== undefined && copy.at <= now + MAX_SKEW_MS ? copy : undefined;
}

/** Three lines and the value: nothing in a value can be taken for one of them, and no value has to be escaped. */
function print({ at, etag, value }: Copy): string {
  return `${HEAD}\n${at}\n${JSON.stringify(etag)}\n${value}`;
}

function parse(text: string): Copy | undefined {
  const atStart = HEAD.length + 1;
  const atEnd = text.indexOf('\n', atStart);
  const etagEnd = text.indexOf('\n', atEnd + 1);
  if (!text.startsWith(`${HEAD}\n`) || atEnd < 0 || etagEnd < 0) return undefined;
  const at = Number(text.slice(atStart, atEnd));
  const etag = etagOf(text.slice(atEnd + 1, etagEnd));
  return Number.isSafeInteger(at) && etag !== undefined ? { at, etag, value: text.slice(etagEnd + 1) } : undefined;
}

function etagOf(json: string): string | undefined {
  try {
    const etag: unknown = JSON.parse(json);
    return typeof etag === 'string' ? etag : undefined;
  } catch {
    return undefined;
  }
}

/** What a source gives against its contract is handed on as it is, for the client to refuse, and not kept. */
function isStored(answer: unknown): answer is Stored {
  const { value, etag } = (answer ?? {}) as Partial<Stored>;
  return typeof value === 'string' && typeof etag === 'string';
}

function isVersion(answer: unknown): answer is { etag: string } {
  return typeof (answer as { etag?: unknown } | null | undefined)?.etag === 'string';
}

function stored({ value, etag }: Copy): Stored {
  return { value, etag };
}

async function quietly<T>(work: () => MaybePromise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch {
    return undefined;
  }
}

function checkSeconds(name: string, seconds: unknown, least: number, most: number): void {
  if (typeof seconds === 'number' && Number.isSafeInteger(seconds) && seconds >= least && seconds <= most) return;
  throw failure('invalid_input', `${name}: expected a whole number of seconds from ${least} to ${most}`);
}
