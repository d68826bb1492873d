/** Keeps records in Workers KV: read everywhere, written seldom. Knows KV's limits, not what a record holds. */

import { checkKey, checkLimit, checkValue, failure, MAX_KEY_BYTES } from './checks.js';
import type { DeleteResult, KeyPage, PutResult, Storage, Stored } from './types.js';

/** The part of a KV binding that is used. A `KVNamespace` fits. */
export interface KvNamespace {
  get(key: string, options: { type: 'text'; cacheTtl?: number }): Promise<string | null>;
  put(key: string, value: string): Promise<void>;
  delete(key: string): Promise<void>;
  list(options: { prefix: string; limit: number; cursor?: string }): Promise<KvPage>;
}

/** One page of a KV listing. */
export interface KvPage {
  readonly keys: readonly { readonly name: string }[];
  readonly list_complete: boolean;
  readonly cursor?: string;
}

/** How values are read. */
export interface KvStorageOptions {
  /** Seconds for which a location may answer from its own copy; a whole number of at least 30. Default: KV's own, 60. */
  readonly cacheTtl?: number;
}

const MAX_VALUE_BYTES = 25 * 1024 * 1024;
const MAX_PAGE = 1000;
const MIN_CACHE_TTL_S = 30;
const WRITE_INTERVAL_MS = 1000;

/**
 * A store in a Workers KV namespace: no compare-and-set, no versions, eventual reads and listings.
 *
 * What it cannot promise, from https://developers.cloudflare.com/kv/concepts/how-kv-works/ and
 * https://developers.cloudflare.com/kv/platform/limits/:
 * - Conditions are ignored and etags are empty. Of two writers of one key the later wins and neither hears of it, so let one
 *   writer at a time change a model, or keep the records in a Durable Object or D1 and use KV for reading only.
 * - Other locations see a write after 60 seconds or more (after `cacheTtl`, where that is longer), and that a key exists just
 *   as late. Until then they run with the old settings and the old key: switching a model off is not instant, and after a
 *   key was rotated the old one must stay valid at the provider for that long. Not even the writer is promised to read its
 *   own write.
 * - One key takes one write a second. What comes sooner is refused with 429.
 * - The client reads back what it wrote, as nothing else tells it. If that read is stale it reports `conflict` although the
 *   write was done.
 *
 * Keys: 1 to 512 bytes. Values: up to 25 MiB.
 *
 * Methods throw `invalid_input` (a key or value outside these limits), `storage_contract` (an answer that KV does not give),
 * or `storage_error` with `operation`, and `status` where KV named one. With `retryable: true` the same call may be repeated;
 * for status 429 after `retryAfterMs`. Nothing is repeated here.
 *
 * @throws `invalid_input` for a `cacheTtl` that KV would refuse.
 * @example
 * const ductape = new Ductape({ product: 'shop', privateKey: env.PRODUCT_KEY, storage: kvStorage(env.MODELS) });
 */
export function kvStorage(namespace: KvNamespace, options: KvStorageOptions = {}): Storage {
  const { cacheTtl } = options;
  if (cacheTtl !== undefined && !(Number.isSafeInteger(cacheTtl) && cacheTtl >= MIN_CACHE_TTL_S)) {
    throw failure('invalid_input', `cacheTtl: expected a whole number of seconds, at least ${MIN_CACHE_TTL_S}`);
  }
  const reading = cacheTtl === undefined ? ({ type: 'text' } as const) : ({ type: 'text', cacheTtl } as const);

  return Object.freeze({
    capabilities: Object.freeze({
      cas: false,
      read: 'eventual',
      list: 'eventual',
      atomicWrite: true,
      maxKeyBytes: MAX_KEY_BYTES,
      maxValueBytes: MAX_VALUE_BYTES,
      minWriteIntervalMs: WRITE_INTERVAL_MS,
    } as const),
    async get(key: string): Promise<Stored | null> {
      checkName(key);
      const value: unknown = await guarded('get', () => namespace.get(key, reading));
      if (value === null) return null;
      if (typeof value !== 'string') throw contract('get', 'text or null');
      return { value, etag: '' };
    },
    async put(key: string, value: string): Promise<PutResult> {
      checkName(key);
      checkValue(value, MAX_VALUE_BYTES);
      await guarded('put', () => namespace.put(key, value));
      return { etag: '' };
    },
    async delete(key: string): Promise<DeleteResult> {
      checkName(key);
      await guarded('delete', () => namespace.delete(key));
      // KV does not say whether there was anything.
      return { deleted: true };
    },
    async list(prefix: string, page: { readonly cursor?: string | null; readonly limit: number }): Promise<KeyPage> {
      checkLimit(page.limit);
      const start = page.cursor == null ? {} : { cursor: page.cursor };
      const query = { prefix, limit: Math.min(page.limit, MAX_PAGE), ...start };
      return pageOf(await guarded('list', () => namespace.list(query)));
    },
  });
}

/** KV takes every key but these two, which name folders. */
function checkName(key: string): void {
  checkKey(key);
  if (key === '.' || key === '..') throw failure('invalid_input', 'key: expected neither "." nor ".."');
}

/** A page may be empty and not the last: only `list_complete` tells the end. */
function pageOf(answer: KvPage): KeyPage {
  if (!Array.isArray(answer?.keys)) throw contract('list', 'an array of keys');
  const keys = (answer as KvPage).keys.map((key) => key.name);
  if (answer.list_complete === true) return { keys, cursor: null };
  if (typeof answer.cursor !== 'string' || answer.cursor === '') throw contract('list', 'a cursor before the end');
  return { keys, cursor: answer.cursor };
}

async function guarded<T>(operation: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw refusal(operation, statusOf(error));
  }
}

/** KV's errors carry the status in their text alone, as in `KV PUT failed: 429 Too Many Requests`. */
function statusOf(error: unknown): number | undefined {
  const found = /\bfailed: (\d{3})\b/.exec(error instanceof Error ? error.message : '');
  return found === null ? undefined : Number(found[1]);
}

function refusal(operation: string, status: number | undefined): Error {
  if (status === 429) {
    const message = `Workers KV refused a ${operation}: too many in one second. The same call may be repeated later.`;
    return failure('storage_error', message, { operation, status, retryable: true, retryAfterMs: WRITE_INTERVAL_MS });
  }
  const retryable = status === undefined || status === 408 || status >= 500;
  const told = status === undefined ? '' : ` with status ${status}`;
  return failure('storage_error', `Workers KV failed in ${operation}${told}.`, { operation, status, retryable });
}

function contract(operation: string, expected: string): Error {
  return failure('storage_contract', `Workers KV broke its contract: ${operation} must give ${expected}.`, {
    operation,
  });
}
