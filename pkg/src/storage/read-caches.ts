/** Caches for `cachedStorage`: this process's memory, and Workers KV. They keep copies and know nothing about their age. */

import type { ReadCache } from './cached.js';
import { failure } from './checks.js';

/** How much a process keeps. */
export interface MemoryCacheOptions {
  /** The most characters of all copies together; the least recently used go first. A whole number of at least 1. Default 4 Mi. */
  readonly maxCharacters?: number;
}

/** The part of a KV binding that is used. A `KVNamespace` fits. */
export interface KvCacheNamespace {
  get(key: string, options: { type: 'text'; cacheTtl: number }): Promise<string | null>;
  put(key: string, value: string, options: { expirationTtl: number }): Promise<void>;
  delete(key: string): Promise<void>;
}

/** The least that KV takes, for an expiry and for a location's own copy. */
const MIN_EXPIRY_S = 60;
const MIN_CACHE_TTL_S = 30;

/**
 * Copies in this process's memory: no round trip at all, and every process, every isolate of Workers, has its own.
 *
 * @throws `invalid_input` for an option outside its range.
 */
export function memoryCache(options: MemoryCacheOptions = {}): ReadCache {
  const { maxCharacters = 4 * 1024 * 1024 } = options;
  if (!Number.isSafeInteger(maxCharacters) || maxCharacters < 1) {
    throw failure('invalid_input', 'maxCharacters: expected a whole number of at least 1');
  }
  // A Map keeps the order of insertion; what is read is put at its end.
  const copies = new Map<string, string>();
  let characters = 0;

  const remove = (key: string): void => {
    characters -= copies.get(key)?.length ?? 0;
    copies.delete(key);
  };
  return Object.freeze({
    get(key: string): string | undefined {
      const copy = copies.get(key);
      if (copy === undefined) return undefined;
      copies.delete(key);
      copies.set(key, copy);
      return copy;
    },
    put(key: string, copy: string): void {
      remove(key);
      if (copy.length > maxCharacters) return;
      copies.set(key, copy);
      characters += copy.length;
      for (const oldest of copies.keys()) {
        if (characters <= maxCharacters) break;
        remove(oldest);
      }
    },
    delete: remove,
  });
}

/**
 * Copies in a Workers KV namespace of their own, for reads far from the store. A location answers from its own copy for 30
 * seconds or more; what is then too old is read from the source, so that an age below a minute gains little.
 * KV takes one write of a key a second and refuses more: the copy that is there stays.
 *
 * Copies hold sealed records as the store does, and expire by themselves.
 *
 * @example
 * cachedStorage(source, kvCache(env.CACHE), { maxAgeSeconds: 300 })
 */
export function kvCache(namespace: KvCacheNamespace): ReadCache {
  return Object.freeze({
    get: (key: string) => namespace.get(key, { type: 'text', cacheTtl: MIN_CACHE_TTL_S }),
    put: (key: string, copy: string, seconds: number) =>
      namespace.put(key, copy, { expirationTtl: Math.max(MIN_EXPIRY_S, seconds) }),
    delete: (key: string) => namespace.delete(key),
  });
}
