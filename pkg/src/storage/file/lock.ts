/**
 * One writer at a time per key, between processes. Knows nothing about values. The protocol, and why each step is where it
 * is, stands in docs/decisions/0012-file-storage-commits-by-rename.md.
 */

import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { failure } from '../contract.js';
import { attempt, codeOf, discard, MODE_FOLDER, pause, syncFolder, unlessMissing } from './disk.js';
import type { Place } from './names.js';

const ATTEMPTS = 5;
/** What moving a folder onto a full one is refused with; the last two are Windows'. */
const TAKEN: ReadonlySet<string> = new Set(['ENOTEMPTY', 'EEXIST', 'EPERM', 'EACCES']);

/**
 * Makes the draft, takes the lock by moving the draft's folder into the lock's place, and has `commit` move the draft on.
 * Whoever breaks the lock removes the draft first, so a writer that wakes up too late has nothing left to commit.
 */
export async function locked<T>(
  place: Place,
  timeoutMs: number,
  draft: (path: string) => Promise<unknown>,
  commit: (held: string) => Promise<T>,
): Promise<T> {
  for (let round = 1; ; round += 1) {
    const name = `${process.pid}-${randomBytes(8).toString('hex')}`;
    const own = join(place.folder, `${place.stem}.${name}.tmp`);
    const lock = join(place.folder, `${place.stem}.lock`);
    try {
      await mkdir(own, MODE_FOLDER);
      await draft(join(own, name));
      await take(own, lock, timeoutMs);
      const outcome = await commit(join(lock, name));
      await syncFolder(place.folder);
      return outcome;
    } catch (error) {
      // Somebody took this writer for dead and cleared its draft away; nothing was written.
      if (codeOf(error) !== 'ENOENT' || round === ATTEMPTS) throw error;
    } finally {
      await discard(own);
      await discard(join(lock, name));
      await attempt(rmdir(lock));
    }
  }
}

async function take(own: string, lock: string, timeoutMs: number): Promise<void> {
  const start = performance.now();
  let holder: string | undefined;
  let since = start;
  for (;;) {
    const refusal = await attempt(rename(own, lock));
    if (refusal === undefined) return;
    if (!TAKEN.has(codeOf(refusal) ?? '')) throw refusal;
    const now = performance.now();
    if (now - start > 4 * timeoutMs) throw failure('storage_error', 'The lock of this key stays taken.', refusal);
    const [seen] = await unlessMissing(readdir(lock), []);
    if (seen !== holder) [holder, since] = [seen, now];
    // Judged by this process's own clock from when it first saw the holder: clocks of two machines may differ.
    else if (seen !== undefined && now - since >= timeoutMs) await discard(join(lock, seen));
    // An empty lock is nobody's; some systems do not let a folder be moved onto it.
    if (seen === undefined) await attempt(rmdir(lock));
    await pause(1 + Math.random() * 9);
  }
}

/** Removes drafts and locks that nobody touched for `ageMs`. Safe at any age: a live writer notices and starts over. */
export async function sweep(folder: string, ageMs: number): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isDirectory() || !/^[^.]+\.(?:\d+-[0-9a-f]{16}\.tmp|lock)$/.test(entry.name)) continue;
    const path = join(folder, entry.name);
    const touched = (await unlessMissing(stat(path), null))?.mtimeMs ?? Number.POSITIVE_INFINITY;
    if (Date.now() - touched > ageMs) await discard(path);
  }
}
