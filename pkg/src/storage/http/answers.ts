// What a store's server answered, read to its end and judged.

import { failure } from '../checks.js';
import type { KeyPage, WriteOptions } from '../types.js';
import { NOT_FOUND } from './wire.js';

/** A response that was read to its end, so that no connection waits for it. */
export interface Answer {
  readonly operation: string;
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  /** Absent where the body is too long or no UTF-8. */
  readonly text: string | undefined;
}

/** The condition of a write as headers. */
export function conditionOf(options: WriteOptions | undefined): Readonly<Record<string, string>> {
  const ifMatch = options?.ifMatch;
  if (ifMatch === undefined) return {};
  // An etag that no header can hold comes from nowhere, so that it matches nothing: `""` is never given out.
  return ifMatch === null ? { 'if-none-match': '*' } : { 'if-match': `"${isEtag(ifMatch) ? ifMatch : ''}"` };
}

function isEtag(text: string): boolean {
  return /^[\x21\x23-\x7e]+$/.test(text);
}

/** The version that an answer names. */
export function etagOf({ operation, headers }: Answer): string {
  // Proxies that compress mark the tag as weak; which version it names stays the same.
  const etag = /^(?:W\/)?"([\x21\x23-\x7e]+)"$/.exec(headers.get('etag') ?? '')?.[1];
  if (etag === undefined) throw contract(operation, 'an ETag');
  return etag;
}

/** The body of an answer that has to have one. */
export function textOf({ operation, text }: Answer): string {
  if (text === undefined) throw contract(operation, 'UTF-8 within the limit');
  return text;
}

/** Lets an answer with this status pass. */
export function demand({ operation, status, headers }: Answer, expected: number): void {
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
export function isMissing({ operation, status, text = '' }: Answer): boolean {
  if (status !== 404) return false;
  const { error } = Object(jsonOf(text)) as { error?: { code?: unknown } };
  if (error?.code === NOT_FOUND) return true;
  throw contract(operation, `the code ${NOT_FOUND} with status 404`);
}

/** A page of a listing. */
export function pageOf(text: string): KeyPage {
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
