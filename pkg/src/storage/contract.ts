/** How adapters name what went wrong, and what they refuse from whatever lies beneath them. Knows no store. */

/** An error with a stable code. Never holds a key's value: messages are fixed text. */
export function failure(code: string, message: string, cause?: unknown): Error {
  return Object.assign(new Error(message, cause === undefined ? undefined : { cause }), { code });
}

/** An answer of the wrong type: the kind of what came, never the thing itself. */
export function broken(source: string, operation: string, answer: unknown, expected: string): Error {
  const message = `${source}'s ${operation} returned ${kindOf(answer)}; expected ${expected}.`;
  return Object.assign(new Error(message), { code: 'storage_contract', operation });
}

/** The kind of a value, never the value: it may hold what must not be printed. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  // The tag as well, since an error from another realm is no instance of ours.
  if (value instanceof Error || Object.prototype.toString.call(value) === '[object Error]') return 'an Error object';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** A failure that was returned instead of thrown counts as an answer of the wrong type. */
export function refuseError(source: string, operation: string, answer: unknown): void {
  if (kindOf(answer) === 'an Error object') throw broken(source, operation, answer, 'failures to be thrown');
}

/** The answer of a listing, or an error where it is anything but an array of text. */
export function textArray(source: string, operation: string, answer: unknown): readonly string[] {
  if (!Array.isArray(answer)) throw broken(source, operation, answer, 'an array of text');
  // A plain loop, for `find` could not tell a hole or an `undefined` from "none".
  for (const item of answer as readonly unknown[]) {
    if (typeof item !== 'string') throw broken(source, operation, item, 'nothing but text in its array');
  }
  return answer as readonly string[];
}

/** Refuses text that a store would change: half a surrogate pair has no bytes in UTF-8. */
export function wellFormed(value: string): void {
  if (/\p{Surrogate}/u.test(value))
    throw failure('invalid_input', 'A value with a lone surrogate cannot be stored as UTF-8.');
}

/** Whether an error says that there is no room left, by the names that browsers give it. */
export function isQuota(error: unknown): boolean {
  const name: unknown = (error as { name?: unknown } | null | undefined)?.name;
  return name === 'QuotaExceededError' || name === 'NS_ERROR_DOM_QUOTA_REACHED';
}

/** The error that a full store throws. Nothing was written; the same write succeeds once there is room. */
export function full(cause: unknown): Error {
  return failure('quota_exceeded', 'The store is full; nothing was written.', cause);
}
