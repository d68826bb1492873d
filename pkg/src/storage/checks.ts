/** What adapters of remote stores check before a call, and how their failures read. Knows no store. */

import type { StorageCapabilities } from './types.js';

/** Facts about a failure that are safe to show: never a key, a value, an address or what somebody else's error said. */
export interface FailureFacts {
  /** The same call may succeed when it is repeated unchanged. */
  readonly retryable?: boolean;
  /** How long to wait before that, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** The HTTP status that the store answered with. */
  readonly status?: number | undefined;
  /** The method of the store that failed. */
  readonly operation?: string;
  /** The database's own word for the failure, such as `SQLITE_FULL`. */
  readonly reason?: string | undefined;
}

/** An error with a stable code. It has no cause: other libraries print keys, values and addresses in theirs. */
export function failure(code: string, message: string, facts: FailureFacts = {}): Error {
  const known = Object.fromEntries(Object.entries(facts).filter(([, fact]) => fact !== undefined));
  return Object.assign(new Error(message), { code, ...known });
}

/** What every key must be, whatever the store. */
export const MAX_KEY_BYTES = 512;

/** What a store promises that reads and lists what was written last, and writes under a condition. */
export function strong(maxValueBytes: number): StorageCapabilities {
  return Object.freeze({
    cas: true,
    read: 'strong',
    list: 'strong',
    atomicWrite: true,
    maxKeyBytes: MAX_KEY_BYTES,
    maxValueBytes,
  } as const);
}

/** @throws `invalid_input` for what is no key. */
export function checkKey(key: string): void {
  if (typeof key !== 'string' || key === '' || !isStorable(key) || bytesOf(key) > MAX_KEY_BYTES) {
    throw failure('invalid_input', `key: expected well-formed text of 1 to ${MAX_KEY_BYTES} bytes`);
  }
}

/** @throws `invalid_input` for a value that does not fit or would come back changed. */
export function checkValue(value: string, maxBytes: number): void {
  if (typeof value !== 'string' || !isStorable(value)) {
    throw failure('invalid_input', 'value: expected text without a lone surrogate');
  }
  // No UTF-16 unit takes more than three bytes, so that short texts need not be encoded to be measured.
  if (value.length * 3 > maxBytes && bytesOf(value) > maxBytes) {
    throw failure('invalid_input', `value: expected at most ${maxBytes} bytes`);
  }
}

/** @throws RangeError where a listing would never end. */
export function checkLimit(limit: number): void {
  if (!Number.isSafeInteger(limit) || limit < 1)
    throw new RangeError('The limit of a listing must be a positive integer.');
}

/** A lone surrogate has no UTF-8: stores replace it, and two texts become one. */
function isStorable(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
