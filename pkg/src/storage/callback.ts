/** Makes a store of four plain functions. Trusts none of their answers; knows nothing about what lies behind them. */

import { broken, refuseError, textArray } from './contract.js';
import { pageOf } from './page.js';
import type { DeleteResult, KeyPage, PutResult, Storage, StorageCallback, Stored } from './types.js';

const SOURCE = 'The storage callback';

/**
 * Wraps four plain functions as a store without compare-and-set: conditions are ignored and two processes that write one key
 * may lose an update. Errors that the functions throw pass through unchanged.
 *
 * Answers of the wrong type are thrown as an `Error` with `code: 'storage_contract'` and `operation`; an `Error` object that
 * is returned instead of thrown counts as one, since some key-value libraries answer failures so.
 *
 * @throws an Error with `code: 'invalid_input'` where the value does not have the four functions.
 * @example
 * const map = new Map<string, string>();
 * fromCallback({
 *   get: (key) => map.get(key),
 *   set: (key, value) => map.set(key, value),
 *   delete: (key) => map.delete(key),
 *   list: (prefix) => [...map.keys()].filter((key) => key.startsWith(prefix)),
 * });
 */
export function fromCallback(callback: StorageCallback): Storage {
  if (!isStorageCallback(callback)) {
    throw Object.assign(new TypeError('A storage callback needs the functions get, set, delete and list.'), {
      code: 'invalid_input',
    });
  }
  return Object.freeze({
    capabilities: Object.freeze({ cas: false } as const),
    async get(key: string): Promise<Stored | null> {
      const value: unknown = await callback.get(key);
      if (value === null || value === undefined) return null;
      if (typeof value !== 'string') throw broken(SOURCE, 'get', value, 'text, null or undefined');
      return { value, etag: '' };
    },
    async put(key: string, value: string): Promise<PutResult> {
      refuseError(SOURCE, 'set', await callback.set(key, value));
      return { etag: '' };
    },
    async delete(key: string): Promise<DeleteResult> {
      const answer: unknown = await callback.delete(key);
      refuseError(SOURCE, 'delete', answer);
      return { deleted: answer !== false };
    },
    async list(prefix: string, options: { readonly cursor?: string | null; readonly limit: number }): Promise<KeyPage> {
      return pageOf(textArray(SOURCE, 'list', await callback.list(prefix)), prefix, options);
    },
  });
}

/** Whether a value has the four functions of a callback and is not a store already. */
export function isStorageCallback(value: unknown): value is StorageCallback {
  if (typeof value !== 'object' || value === null) return false;
  const candidate = value as Record<string, unknown>;
  const has = (name: string): boolean => typeof candidate[name] === 'function';
  return has('get') && has('set') && has('delete') && has('list') && !has('put');
}
