/**
 * A store over HTTP: the client, and the server half that puts any store behind a URL. Knows HTTP's conditions, not what a
 * record holds.
 *
 * The protocol, for servers in other languages. A key's path is its segments, percent-encoded, after the store's URL.
 * - `GET <url>/<key>`: 200 with the value as UTF-8 and a strong `ETag`, or 404.
 * - `PUT <url>/<key>`, `DELETE <url>/<key>`: 204, for PUT with the new `ETag`. `If-Match: "<etag>"` and `If-None-Match: *`
 *   are honoured atomically: 412 where they do not hold. Deleting what is not there: 404.
 * - `GET <url>?prefix=&cursor=&limit=`: 200 with `{"keys": [...], "cursor": "..." | null}`.
 * - Failures: `{"error": {"code", "message"}}`. A 404 is believed only with the code `record_not_found`, since a wrong address
 *   answers 404 too. 413 for what is too large; 429 or 503 with `Retry-After` where the call may be repeated.
 */

import { checkKey, checkLimit, checkValue, failure, MAX_KEY_BYTES } from './checks.js';
import type { DeleteResult, KeyPage, PutResult, Storage, Stored, WriteOptions } from './types.js';

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

/** The part of a byte stream that is used. */
export interface Chunks {
  getReader(): { read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>; cancel(): Promise<unknown> };
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

const MAX_VALUE_BYTES = 1_048_576;
const MAX_PAGE = 1000;
/** A page of the longest keys, each character escaped. */
const MAX_PAGE_BYTES = MAX_PAGE * MAX_KEY_BYTES * 6 + 65_536;

/**
 * A store behind a URL, served by {@link serveStorage} or by a server that speaks the same protocol. Compare-and-set and
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
    capabilities: Object.freeze({
      cas: true,
      read: 'strong',
      list: 'strong',
      atomicWrite: true,
      maxKeyBytes: MAX_KEY_BYTES,
      maxValueBytes,
    } as const),
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

/** What a request must have. A `Request` fits. */
export interface StorageRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: { get(name: string): string | null };
  readonly body: Chunks | null;
}

/** The platform's own `Response`, where its types are known. */
export type StorageResponse = typeof globalThis extends { Response: { prototype: infer Own } }
  ? Own
  : HttpStorageResponse;

/** Where the store is served and what it takes. */
export interface ServeStorageOptions {
  /** The path before the keys, such as `/api/storage`. Default: none, the whole origin is the store. */
  readonly prefix?: string;
  /** The longest value, in bytes. Default 1,048,576. */
  readonly maxValueBytes?: number;
}

/**
 * Answers a request of {@link httpStorage} from any store that has compare-and-set and strong reads. Never rejects: failures
 * become statuses, with texts of this library alone.
 *
 * It asks for no login and sets no CORS headers. Whoever may call it can read every sealed record, delete it or replace it:
 * let your own check come first.
 *
 * @throws `invalid_input` for a store without compare-and-set or with eventual reads, as HTTP's conditions would be a lie.
 * @example
 * export default {
 *   async fetch(request, env) {
 *     if (!(await isAdmin(request))) return new Response(null, { status: 401 });
 *     return serveStorage(d1Storage(env.DB), request, { prefix: '/storage' });
 *   },
 * };
 */
export function serveStorage(
  storage: Storage,
  request: StorageRequest,
  options: ServeStorageOptions = {},
): Promise<StorageResponse> {
  const { cas, read, list } = storage.capabilities;
  if (!cas || read === 'eventual' || list === 'eventual') {
    throw invalid('storage', 'a store with compare-and-set, strong reads and strong listings');
  }
  return respond(storage, request, options).catch((error: unknown) => {
    return refusalOf(error) as unknown as StorageResponse;
  });
}

// --- the client

interface Question {
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The longest body of an answer with a value. Default: what a refusal takes. */
  readonly maxBytes?: number;
}

/** A response that was read to its end, so that no connection waits for it. */
interface Answer {
  readonly operation: string;
  readonly status: number;
  readonly headers: HttpStorageResponse['headers'];
  /** Absent where the body is too long or no UTF-8. */
  readonly text: string | undefined;
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

function baseOf(url: string, allowInsecure: boolean): string {
  const parsed = parse(url);
  if (parsed === undefined) throw invalid('url', 'an absolute address, or in a page a relative one');
  if (parsed.username !== '' || parsed.password !== '') throw invalid('url', 'no credentials; send them as a header');
  if (parsed.search !== '' || parsed.hash !== '') throw invalid('url', 'neither a query nor a fragment');
  const plain = parsed.protocol === 'http:' && (allowInsecure || isLoopback(parsed.hostname));
  if (parsed.protocol !== 'https:' && !plain) throw invalid('url', 'https, or http on loopback');
  return parsed.origin + parsed.pathname.replace(/\/+$/, '');
}

function parse(url: unknown): URL | undefined {
  const page = (globalThis as { location?: { href?: string } }).location?.href;
  try {
    return typeof url === 'string' && url !== '' ? new URL(url, page) : undefined;
  } catch {
    return undefined;
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || /^127(\.\d+){3}$/.test(host) || host === '[::1]';
}

const OWN_HEADERS: ReadonlySet<string> = new Set([
  'if-match',
  'if-none-match',
  'content-type',
  'content-length',
  'host',
]);

/** A copy of own data properties. What `fetch` would refuse is refused here, since its error prints the value. */
function headersOf(given: HttpStorageOptions['headers'] = {}): Readonly<Record<string, string>> {
  const headers: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(given)) {
    const lower = name.toLowerCase();
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(lower) || OWN_HEADERS.has(lower)) {
      throw invalid('headers', 'names that HTTP allows and this store does not set itself');
    }
    if (typeof value !== 'string' || !/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(value)) {
      throw invalid(`headers.${lower}`, 'printable ASCII without blanks at its ends');
    }
    headers[lower] = value;
  }
  return headers;
}

function pathOf(key: string): string {
  checkKey(key);
  if (!hasSafeSegments(key)) throw invalid('key', 'segments that are not empty, "." or ".."');
  return `/${key.split('/').map(encodeURIComponent).join('/')}`;
}

/** URLs are normalised on the way: such segments would lead to another key. */
function hasSafeSegments(key: string): boolean {
  return key.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..');
}

function conditionOf(options: WriteOptions | undefined): Readonly<Record<string, string>> {
  const ifMatch = options?.ifMatch;
  if (ifMatch === undefined) return {};
  // An etag that no header can hold comes from nowhere, so that it matches nothing: `""` is never given out.
  return ifMatch === null ? { 'if-none-match': '*' } : { 'if-match': `"${isEtag(ifMatch) ? ifMatch : ''}"` };
}

function isEtag(text: string): boolean {
  return /^[\x21\x23-\x7e]+$/.test(text);
}

function etagOf({ operation, headers }: Answer): string {
  // Proxies that compress mark the tag as weak; which version it names stays the same.
  const etag = /^(?:W\/)?"([\x21\x23-\x7e]+)"$/.exec(headers.get('etag') ?? '')?.[1];
  if (etag === undefined) throw contract(operation, 'an ETag');
  return etag;
}

function textOf({ operation, text }: Answer): string {
  if (text === undefined) throw contract(operation, 'UTF-8 within the limit');
  return text;
}

function demand({ operation, status, headers }: Answer, expected: number): void {
  if (status === expected) return;
  if (status >= 200 && status < 300) throw contract(operation, `status ${expected}`);
  const retryable = status === 408 || status === 425 || status === 429 || status >= 500;
  const retryAfterMs = retryable ? waitOf(headers.get('retry-after')) : undefined;
  const facts = { operation, status, retryable, retryAfterMs };
  throw failure('storage_error', `The store answered ${operation} with status ${status}.`, facts);
}

/** Milliseconds of a Retry-After, which is a number of seconds or a date. */
function waitOf(header: string | null): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,7}$/.test(header)) return Number(header) * 1000;
  const wait = Date.parse(header) - Date.now();
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}

/** A 404 counts as "not there" only if the store itself says so. */
function isMissing({ operation, status, text = '' }: Answer): boolean {
  if (status !== 404) return false;
  const { error } = Object(jsonOf(text)) as { error?: { code?: unknown } };
  if (error?.code === NOT_FOUND) return true;
  throw contract(operation, `the code ${NOT_FOUND} with status 404`);
}

function pageOf(text: string): KeyPage {
  const { keys, cursor } = Object(jsonOf(text)) as { keys?: unknown; cursor?: unknown };
  const isPage = Array.isArray(keys) && keys.every((key) => typeof key === 'string');
  const isCursor = cursor === null || cursor === undefined || (typeof cursor === 'string' && cursor !== '');
  if (!isPage || !isCursor) throw contract('list', '{"keys": [...], "cursor": ... | null}');
  return { keys: keys as string[], cursor: cursor ?? null };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text.
    return undefined;
  }
}

function contract(operation: string, expected: string): Error {
  const message = `The store broke its contract: ${operation} must give ${expected}.`;
  return failure('storage_contract', message, { operation });
}

function invalid(field: string, expected: string): Error {
  return failure('invalid_input', `${field}: expected ${expected}`);
}

// --- what both halves share

const TEXT = 'text/plain; charset=utf-8';
const NOT_FOUND = 'record_not_found';

/** A body's bytes, or nothing where there are more than allowed. Counts instead of believing a length. */
async function collect(body: Chunks | null, maxBytes: number): Promise<Uint8Array | undefined> {
  const reader = body?.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let part = await reader?.read(); part?.value !== undefined; part = await reader?.read()) {
    size += part.value.length;
    if (size > maxBytes) {
      await reader?.cancel().catch(() => undefined);
      return undefined;
    }
    chunks.push(part.value);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** Not `text()`, which drops a byte order mark and replaces what is no UTF-8: values come back as they were put. */
function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

// --- the server

/** What a request is answered with instead of a result. */
class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

async function respond(
  storage: Storage,
  request: StorageRequest,
  { prefix = '', maxValueBytes = MAX_VALUE_BYTES }: ServeStorageOptions,
): Promise<StorageResponse> {
  const url = new URL(request.url);
  const root = prefix.replace(/\/+$/, '');
  const rest = url.pathname.slice(root.length);
  if (!url.pathname.startsWith(root) || (rest !== '' && !rest.startsWith('/')))
    throw new Refusal(404, 'not_found', 'There is no store at this address.');
  if (rest === '' || rest === '/') return listed(storage, request.method, url);
  const key = keyOf(rest.slice(1));
  switch (request.method) {
    case 'GET':
      return read(storage, key);
    case 'PUT':
      return written(storage, key, await textIn(request, maxValueBytes), conditionIn(request));
    case 'DELETE':
      return removed(storage, key, conditionIn(request));
    default:
      throw new Refusal(405, 'method_refused', 'A record takes GET, PUT and DELETE.', { allow: 'GET, PUT, DELETE' });
  }
}

async function listed(storage: Storage, method: string, url: URL): Promise<StorageResponse> {
  if (method !== 'GET') throw new Refusal(405, 'method_refused', 'A prefix can only be listed.', { allow: 'GET' });
  const asked = url.searchParams.get('limit');
  const limit = asked === null ? MAX_PAGE : Number(asked);
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > MAX_PAGE)
    throw bad(`limit: expected a whole number from 1 to ${MAX_PAGE}.`);
  // An empty cursor is none: it would name no key.
  const cursor = url.searchParams.get('cursor') || null;
  const { keys, cursor: next } = await storage.list(url.searchParams.get('prefix') ?? '', { cursor, limit });
  return answer(JSON.stringify({ keys, cursor: next ?? null }), 200, { 'content-type': JSON_TYPE });
}

async function read(storage: Storage, key: string): Promise<StorageResponse> {
  const stored: unknown = await storage.get(key);
  if (stored === null) throw absent();
  if (!isStored(stored))
    throw new Refusal(500, 'storage_contract', 'The store gave something else than a text and its etag.');
  return answer(stored.value, 200, { 'content-type': TEXT, etag: quoted(stored.etag) });
}

/** A store is not believed unseen: a number would leave as its digits, an error as an empty text. */
function isStored(stored: unknown): stored is Stored {
  const { value, etag } = (stored ?? {}) as Partial<Stored>;
  return typeof value === 'string' && typeof etag === 'string';
}

async function written(
  storage: Storage,
  key: string,
  value: string,
  condition: WriteOptions,
): Promise<StorageResponse> {
  const done = await storage.put(key, value, condition);
  if ('conflict' in done) throw changed();
  return answer(null, 204, { etag: quoted(done.etag) });
}

async function removed(storage: Storage, key: string, condition: WriteOptions): Promise<StorageResponse> {
  const done = await storage.delete(key, condition);
  if ('conflict' in done) throw changed();
  if (!done.deleted) throw absent();
  return answer(null, 204, {});
}

async function textIn(request: StorageRequest, maxBytes: number): Promise<string> {
  const bytes = await collect(request.body, maxBytes);
  if (bytes === undefined) throw new Refusal(413, 'body_too_large', `The body is larger than ${maxBytes} bytes.`);
  const text = decode(bytes);
  if (text === undefined) throw bad('The body is not UTF-8.');
  return text;
}

function conditionIn({ headers }: StorageRequest): WriteOptions {
  const ifNoneMatch = headers.get('if-none-match');
  const ifMatch = headers.get('if-match');
  if (ifNoneMatch !== null) {
    if (ifNoneMatch !== '*' || ifMatch !== null) throw bad('If-None-Match takes * only, and stands alone.');
    return { ifMatch: null };
  }
  if (ifMatch === null) return {};
  const etag = /^"([\x21\x23-\x7e]*)"$/.exec(ifMatch)?.[1];
  // Anything else must not be taken for "no condition".
  if (etag === undefined) throw bad('If-Match takes one strong ETag.');
  return { ifMatch: unquoted(etag) };
}

function keyOf(path: string): string {
  let key: string;
  try {
    key = decodeURIComponent(path);
    checkKey(key);
  } catch {
    throw bad(`key: expected percent-encoded UTF-8 of 1 to ${MAX_KEY_BYTES} bytes.`);
  }
  if (!hasSafeSegments(key)) throw bad('key: expected segments that are not empty, "." or "..".');
  return key;
}

/** Etags are any text; a header's tag is not. */
function quoted(etag: string): string {
  return `"${encodeURIComponent(etag)}"`;
}

function unquoted(tag: string): string {
  try {
    return decodeURIComponent(tag);
  } catch {
    return tag;
  }
}

function bad(message: string): Refusal {
  return new Refusal(400, 'invalid_input', message);
}

function absent(): Refusal {
  return new Refusal(404, NOT_FOUND, 'There is no record under this key.');
}

function changed(): Refusal {
  return new Refusal(412, 'conflict', 'The record changed since it was read.');
}

const JSON_TYPE = 'application/json; charset=utf-8';

/** `no-transform` keeps proxies from compressing, which would make the tag a weak one. */
function answer(body: string | null, status: number, headers: Readonly<Record<string, string>>): StorageResponse {
  const always = { 'cache-control': 'no-store, no-transform', 'x-content-type-options': 'nosniff' };
  return new Response(body, { status, headers: { ...always, ...headers } }) as unknown as StorageResponse;
}

function refusalOf(error: unknown): StorageResponse {
  const { status, code, message, headers } = error instanceof Refusal ? error : storageFailure(error);
  return answer(JSON.stringify({ error: { code, message } }), status, { 'content-type': JSON_TYPE, ...headers });
}

/** The store's own text goes no further: it may name what lies behind. */
function storageFailure(error: unknown): Refusal {
  const { code, status, retryable, retryAfterMs } = Object(error) as Record<string, unknown>;
  if (code === 'invalid_input') return bad('The store does not take this key or value.');
  if (retryable !== true) return new Refusal(500, 'storage_error', 'The store failed.');
  const seconds = typeof retryAfterMs === 'number' ? Math.ceil(retryAfterMs / 1000) : 1;
  const wait = { 'retry-after': String(Math.max(1, seconds)) };
  if (status === 429) return new Refusal(429, 'rate_limited', 'The store takes no more for now.', wait);
  return new Refusal(503, 'storage_error', 'The store failed; the same call may be repeated.', wait);
}
