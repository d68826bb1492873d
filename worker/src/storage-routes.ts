/**
 * `/api/storage`: the store over HTTP, for the page. GET and PUT and DELETE of one key with ETag, If-Match and
 * If-None-Match; GET of a prefix lists. Knows HTTP's conditions, not what the values mean.
 */
import { json, Refusal } from './answers';
import { boundedText } from './guard';
import type { IfMatch, ModelStore } from './store';

const MAX_KEY_BYTES = 512;
const MAX_PAGE = 1000;

type Store = DurableObjectStub<ModelStore>;

export function serveStorage(request: Request, store: Store): Promise<Response> {
  const url = new URL(request.url);
  const rest = url.pathname.slice('/api/storage'.length);
  if (rest === '' || rest === '/') return listKeys(request, url, store);
  return serveKey(request, decodeKey(rest.slice(1)), store);
}

async function listKeys(request: Request, url: URL, store: Store): Promise<Response> {
  if (request.method !== 'GET') throw new Refusal(405, 'method_refused', 'A prefix can only be listed.');
  const limit = Number(url.searchParams.get('limit') ?? MAX_PAGE);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE) {
    throw new Refusal(400, 'invalid_input', 'limit is a whole number from 1 to 1000.');
  }
  return json(await store.list(url.searchParams.get('prefix') ?? '', url.searchParams.get('cursor') ?? '', limit));
}

async function serveKey(request: Request, key: string, store: Store): Promise<Response> {
  switch (request.method) {
    case 'GET':
      return readRecord(key, store);
    case 'PUT':
      return writeRecord(request, key, store);
    case 'DELETE':
      return deleteRecord(request, key, store);
    default:
      throw new Refusal(405, 'method_refused', 'A record takes GET, PUT and DELETE.');
  }
}

async function readRecord(key: string, store: Store): Promise<Response> {
  const record = await store.get(key);
  if (record === null) throw new Refusal(404, 'not_found', 'There is no record under this key.');
  return new Response(record.value, {
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', etag: quote(record.etag) },
  });
}

async function writeRecord(request: Request, key: string, store: Store): Promise<Response> {
  const outcome = await store.put(key, await boundedText(request), condition(request.headers));
  if (!outcome.written) throw changed();
  return new Response(null, { status: 204, headers: { etag: quote(outcome.etag) } });
}

async function deleteRecord(request: Request, key: string, store: Store): Promise<Response> {
  if (!(await store.delete(key, condition(request.headers)))) throw changed();
  return new Response(null, { status: 204 });
}

function condition(headers: Headers): IfMatch {
  const ifNoneMatch = headers.get('if-none-match');
  const ifMatch = headers.get('if-match');
  if (ifNoneMatch !== null && ifNoneMatch !== '*')
    throw new Refusal(400, 'invalid_input', 'If-None-Match takes * only.');
  if (ifNoneMatch === '*') return null;
  if (ifMatch === null) return undefined;
  const etag = /^"([\w-]+)"$/.exec(ifMatch)?.[1];
  if (etag === undefined) throw new Refusal(400, 'invalid_input', 'If-Match takes one strong ETag.');
  return etag;
}

function decodeKey(segment: string): string {
  let key: string;
  try {
    key = decodeURIComponent(segment);
  } catch {
    throw new Refusal(400, 'invalid_input', 'The key is not well encoded.');
  }
  if (new TextEncoder().encode(key).length > MAX_KEY_BYTES)
    throw new Refusal(400, 'invalid_input', 'The key is longer than 512 bytes.');
  return key;
}

function quote(etag: string): string {
  return `"${etag}"`;
}

function changed(): Refusal {
  return new Refusal(412, 'conflict', 'The record changed since it was read.');
}
