/** Keeps records in this process, for tests and short-lived programs. Knows nothing that outlives the process. */

import { pageOf } from './page.js';
import type { DeleteResult, KeyPage, PutResult, Storage, Stored, WriteOptions } from './types.js';

/**
 * A store in memory: compare-and-set, strong reads, gone when the process ends. Each call makes a store of its own.
 * Never throws, save for a listing whose limit is not a positive integer.
 *
 * @example
 * const ductape = new Ductape({ product: 'shop', privateKey, storage: memoryStorage() });
 */
export function memoryStorage(): Storage {
  const entries = new Map<string, Stored>();
  // One counter for the store, not one per key: a key deleted and created again must not repeat an etag.
  let version = 0;

  const refuses = (key: string, options?: WriteOptions): boolean => {
    const wanted = options?.ifMatch;
    return wanted !== undefined && wanted !== (entries.get(key)?.etag ?? null);
  };

  return Object.freeze({
    capabilities: Object.freeze({ cas: true, read: 'strong', list: 'strong' } as const),
    get: (key: string): Stored | null => entries.get(key) ?? null,
    put(key: string, value: string, options?: WriteOptions): PutResult {
      if (refuses(key, options)) return { conflict: true };
      version += 1;
      const etag = String(version);
      entries.set(key, Object.freeze({ value, etag }));
      return { etag };
    },
    delete(key: string, options?: WriteOptions): DeleteResult {
      if (refuses(key, options)) return { conflict: true };
      return { deleted: entries.delete(key) };
    },
    list: (prefix: string, options: { readonly cursor?: string | null; readonly limit: number }): KeyPage =>
      pageOf(entries.keys(), prefix, options),
  });
}
