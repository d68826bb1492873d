/** Cuts a set of keys into pages. Knows nothing about where the keys come from; adapters without paging of their own use it. */

import type { KeyPage } from './types.js';

/**
 * One page of the keys that start with `prefix`, sorted by code unit and without duplicates. The cursor is the page's last
 * key, so it stays valid while keys come and go.
 *
 * @throws RangeError where `limit` is not a positive integer: such a listing would never end.
 * @example pageOf(['b', 'a/2', 'a/1'], 'a/', { limit: 1 }) // { keys: ['a/1'], cursor: 'a/1' }
 */
export function pageOf(
  keys: Iterable<string>,
  prefix: string,
  options: { readonly cursor?: string | null; readonly limit: number },
): KeyPage {
  const { cursor, limit } = options;
  if (!Number.isSafeInteger(limit) || limit < 1)
    throw new RangeError('The limit of a listing must be a positive integer.');
  const rest: string[] = [];
  for (const key of new Set(keys)) {
    if (key.startsWith(prefix) && (cursor == null || key > cursor)) rest.push(key);
  }
  const page = rest.sort().slice(0, limit);
  return { keys: page, cursor: rest.length > limit ? (page.at(-1) ?? null) : null };
}
