// The server half: any store with compare-and-set behind a URL.

import { checkKey, MAX_KEY_BYTES } from '../checks.js';
import type { Storage, Stored, WriteOptions } from '../types.js';
import type { HttpStorageResponse } from './client.js';
import {
  type Chunks,
  collect,
  decode,
  hasSafeSegments,
  invalid,
  MAX_PAGE,
  MAX_VALUE_BYTES,
  NOT_FOUND,
  TEXT,
} from './wire.js';

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
 * Answers a request of `httpStorage` from any store that has compare-and-set and strong reads. Never rejects: failures
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
