// Rekeying page by page, so that long work shows its progress and can be given up between two pages.

import { aborted, invalid } from './errors.js';
import { ownFields } from './plain.js';
import { takeSignal } from './signal.js';
import type { Rekeyed, RekeyOptions } from './types.js';

/** Records between two reports. */
const PAGE = 100;

/** What the core says of one page. */
type Page = Omit<Rekeyed, 'cursor'> & { cursor?: string };

/** Runs pages until everything is done. */
export async function rekey(options: RekeyOptions, run: (page: object) => Promise<Page>): Promise<Rekeyed> {
  const { limit, onProgress, signal, rest } = read(options);
  const total: Rekeyed = { keyId: '', scanned: 0, rewrapped: 0, already: 0, conflicts: 0, failed: [], complete: false };
  let cursor = rest.cursor as string | undefined;
  for (;;) {
    if (signal?.aborted) throw aborted();
    const most = Math.min(PAGE, limit - total.scanned);
    const page = await run({ ...rest, ...(cursor === undefined ? {} : { cursor }), limit: most });
    add(total, page);
    cursor = page.cursor;
    if (cursor === undefined) delete total.cursor;
    else total.cursor = cursor;
    total.complete = cursor === undefined && total.failed.length === 0;
    onProgress?.({ ...total, failed: [...total.failed] });
    if (cursor === undefined || total.scanned >= limit) return total;
  }
}

function add(total: Rekeyed, page: Page): void {
  total.keyId = page.keyId;
  total.scanned += page.scanned;
  total.rewrapped += page.rewrapped;
  total.already += page.already;
  total.conflicts += page.conflicts;
  total.failed.push(...page.failed);
}

function read(options: RekeyOptions) {
  const fields = ownFields(options, 'options');
  const signal = takeSignal(fields);
  const [limit, onProgress] = ['limit', 'onProgress'].map((name) => {
    const value = fields.get(name);
    fields.delete(name);
    return value;
  });
  if (limit !== undefined && !(Number.isSafeInteger(limit) && (limit as number) >= 1)) {
    throw invalid('limit', 'a whole number of records from 1');
  }
  if (onProgress !== undefined && typeof onProgress !== 'function') throw invalid('onProgress', 'a function');
  return {
    limit: (limit as number | undefined) ?? Number.MAX_SAFE_INTEGER,
    onProgress: onProgress as RekeyOptions['onProgress'],
    signal,
    rest: Object.fromEntries(fields) as Record<string, unknown>,
  };
}
