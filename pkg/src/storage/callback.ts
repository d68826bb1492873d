/** Makes a store of four plain functions. Trusts none of their answers; knows nothing about what lies behind them. */

import { pageOf } from './page.js';
import type { DeleteResult, KeyPage, PutResult, Storage, StorageCallback, Stored } from './types.js';

type Operation = keyof StorageCallback;

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
      if (typeof value !== 'string') throw contract('get', value, 'text, null or undefined');
      return { value, etag: '' };
    },
    async put(key: string, value: string): Promise<PutResult> {
      refuseError('set', await callback.set(key, value));
      return { etag: '' };
    },
    async delete(key: string): Promise<DeleteResult> {
      const answer: unknown = await callback.delete(key);
      refuseError('delete', answer);
      return { deleted: answer !== false };
    },
    async list(prefix: string, options: { readonly cursor?: string | null; readonly limit: number }): Promise<KeyPage> {
      return pageOf(keysOf(await callback.list(prefix)), prefix, options);
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

function keysOf(answer: unknown): readonly string[] {
  if (!Array.isArray(answer)) throw contract('list', answer, 'an array of text');
  // A plain loop, for `find` could not tell a hole or an `undefined` from "none".
  for (const key of answer as readonly unknown[]) {
    if (typeof key !== 'string') throw contract('list', key, 'nothing but text in its array');
  }
  return answer as readonly string[];
}

function refuseError(operation: Operation, answer: unknown): void {
  if (kindOf(answer) === 'an Error object') throw contract(operation, answer, 'failures to be thrown');
}

function contract(operation: Operation, answer: unknown, expected: string): Error {
  const message = `The storage callback's ${operation} returned ${kindOf(answer)}; expected ${expected}.`;
  return Object.assign(new Error(message), { code: 'storage_contract', operation });
}

/** The kind of a value, never the value: it may hold what must not be printed. */
function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  // The tag as well, since an error from another realm is no instance of ours.
  if (value instanceof Error || Object.prototype.toString.call(value) === '[object Error]') return 'an Error object';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
