// A plain key-value store (get, set, delete, list) as a Storage without compare-and-set. It judges nothing that the four
// functions return: the core does.

import type { MaybePromise, Storage, StorageCallback, StoredValue } from './types.js';

/**
 * Wraps four functions. Writes cannot be conditional, so two processes that change one model at the same moment can
 * overwrite each other; within one client they cannot.
 */
export function callbackStorage(callback: StorageCallback): Storage {
  return {
    capabilities: { cas: false },
    get: (key) => then(callback.get(key), stored),
    put: (key, value) => then(callback.set(key, value), () => undefined),
    delete: (key) => then(callback.delete(key), () => undefined),
    list: (prefix) => then(callback.list(prefix), (keys) => ({ keys })),
  };
}

function stored(value: string | null | undefined): StoredValue | null {
  return value === null || value === undefined ? null : { value };
}

/** Applies `next` at once where there is nothing to wait for. */
function then<A, B>(given: MaybePromise<A>, next: (value: A) => B): MaybePromise<B> {
  return given instanceof Promise ? given.then(next) : next(given);
}
