// A store behind a URL, as a Storage.

import { checkLimit, checkValue, failure, strong } from '../checks.js';
import type { DeleteResult, KeyPage, PutResult, Storage, Stored, WriteOptions } from '../types.js';
import { baseOf, headersOf, pathOf } from './address.js';
import { type Answer, conditionOf, demand, etagOf, isMissing, pageOf, textOf } from './answers.js';
import { type Chunks, collect, decode, invalid, MAX_PAGE, MAX_PAGE_BYTES, MAX_VALUE_BYTES, TEXT } from './wire.js';

/** What `fetch` is called with. */
export interface HttpStorageInit {
  method: string;
  headers: Record<string, string>;
  body?: string;
  redirect: 'manual';
  credentials?: 'omit';
  referrerPolicy?: 'no-referrer';
}

/** The part of a response that is used. A `Response` fits. */
export interface HttpStorageResponse {
  readonly status: number;
  readonly type?: string;
  readonly redirected?: boolean;
  readonly headers: { get(name: string): string | null };
  readonly body: Chunks | null;
}

/** Where the store is and how to ask it. */
export interface HttpStorageOptions {
  /**
   * The store's address, without query, fragment or credentials: `https:`, or `http:` on loopback. In a page it may be
   * relative.
   */
  readonly url: string;
  /** Sent with every request, such as `authorization`. Default: none. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Sends the requests, such as a service binding's `fetch`. It must not follow redirects. Default: the global one. */
  readonly fetch?: (url: string, init: HttpStorageInit) => Promise<HttpStorageResponse>;
  /** Allow `http:` to other hosts, where everybody on the way can read the headers and the sealed records. Default false. */
  readonly allowInsecure?: boolean;
  /** The longest value, in bytes; what the server allows. Default 1,048,576. */
  readonly maxValueBytes?: number;
}

/**
 * A store behind a URL, served by `serveStorage` or by a server that speaks the same protocol. Compare-and-set and
 * strong reads, as far as the server keeps them. Sends no cookies and follows no redirects; repeats nothing by itself.
 *
 * Keys: 1 to 512 bytes, in segments parted by `/` of which none is empty, `.` or `..`, for such do not survive in a URL.
 * Values: up to `maxValueBytes`.
 *
 * Methods throw `invalid_input` (a key or value outside these limits), `redirect_refused`, `storage_contract` (an answer that
 * is not of the protocol, such as a 404 of something else), or `storage_error` with `operation`, `status`, `retryable`, and
 * `retryAfterMs` where the server named it. No message holds an address, a header's value, a key or a body. A write that
 * failed may have been applied all the same.
 *
 * @throws `invalid_input` for an address or headers outside the rules above.
 * @example
 * const storage = httpStorage({ url: 'https://models.example.com/storage', headers: { authorization: `Bearer ${token}` } });
 */
export function httpStorage(options: HttpStorageOptions): Storage {
  const { maxValueBytes = MAX_VALUE_BYTES } = options;
  if (!Number.isSafeInteger(maxValueBytes) || maxValueBytes < 1) throw invalid('maxValueBytes', 'a positive integer');
  const base = baseOf(options.url, options.allowInsecure === true);
  const send = sender(options.fetch ?? (fetch as NonNullable<HttpStorageOptions['fetch']>), headersOf(options.headers));

  return Object.freeze({
    capabilities: strong(maxValueBytes),
    async get(key: string): Promise<Stored | null> {
      const answer = await send('get', base + pathOf(key), { method: 'GET', maxBytes: maxValueBytes });
      if (isMissing(answer)) return null;
      demand(answer, 200);
      return { etag: etagOf(answer), value: textOf(answer) };
    },
    async put(key: string, value: string, condition?: WriteOptions): Promise<PutResult> {
      const url = base + pathOf(key);
      checkValue(value, maxValueBytes);
      const answer = await send('put', url, { method: 'PUT', headers: conditionOf(condition), body: value });
      if (answer.status === 412) return { conflict: true };
      demand(answer, 204);
      return { etag: etagOf(answer) };
    },
    async delete(key: string, condition?: WriteOptions): Promise<DeleteResult> {
      const answer = await send('delete', base + pathOf(key), { method: 'DELETE', headers: conditionOf(condition) });
      if (answer.status === 412) return { conflict: true };
      if (isMissing(answer)) return { deleted: false };
      demand(answer, 204);
      return { deleted: true };
    },
    async list(prefix: string, page: { readonly cursor?: string | null; readonly limit: number }): Promise<KeyPage> {
      checkLimit(page.limit);
      const from = page.cursor == null ? '' : `&cursor=${encodeURIComponent(page.cursor)}`;
      const query = `?prefix=${encodeURIComponent(prefix)}&limit=${Math.min(page.limit, MAX_PAGE)}${from}`;
      const answer = await send('list', base + query, { method: 'GET', maxBytes: MAX_PAGE_BYTES });
      demand(answer, 200);
      return pageOf(textOf(answer));
    },
  });
}

interface Question {
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The longest body of an answer with a value. Default: what a refusal takes. */
  readonly maxBytes?: number;
}

type Send = (operation: string, url: string, question: Question) => Promise<Answer>;

const MAX_REFUSAL_BYTES = 4096;

function sender(fetch: NonNullable<HttpStorageOptions['fetch']>, fixed: Readonly<Record<string, string>>): Send {
  return async (operation, url, { method, headers, body, maxBytes = MAX_REFUSAL_BYTES }) => {
    const sent = { ...fixed, ...headers, ...(body === undefined ? {} : { 'content-type': TEXT }) };
    const init: HttpStorageInit = { method, headers: sent, redirect: 'manual', ...optionalMembers() };
    if (body !== undefined) init.body = body;
    let response: HttpStorageResponse;
    let bytes: Uint8Array | undefined;
    try {
      response = await fetch(url, init);
      bytes = await collect(response.body, response.status === 200 ? maxBytes : MAX_REFUSAL_BYTES);
    } catch {
      // Without its cause: that may name the address, and what a header held.
      throw failure('storage_error', `The store could not be reached in ${operation}.`, { operation, retryable: true });
    }
    refuseRedirect(operation, response);
    const text = bytes === undefined ? undefined : decode(bytes);
    return { operation, status: response.status, headers: response.headers, text };
  };
}

/** Older Workers throw at init members that they do not know; their `Request` lacks the field. */
function optionalMembers(): Pick<HttpStorageInit, 'credentials' | 'referrerPolicy'> {
  const known = (globalThis as { Request?: { prototype: object } }).Request?.prototype ?? {};
  return {
    ...('credentials' in known ? { credentials: 'omit' as const } : {}),
    ...('referrerPolicy' in known ? { referrerPolicy: 'no-referrer' as const } : {}),
  };
}

function refuseRedirect(operation: string, { status, type, redirected }: HttpStorageResponse): void {
  const hidden = type === 'opaqueredirect' || redirected === true;
  if (!hidden && (status < 300 || status > 399)) return;
  throw failure('redirect_refused', `The store answered ${operation} with a redirect.`, {
    operation,
    retryable: false,
  });
}
