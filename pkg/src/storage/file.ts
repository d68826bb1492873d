/** Keeps each record in a file of its own, with compare-and-set across processes. Knows nothing about what a record holds. */

import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

import { failure, wellFormed } from './contract.js';
import { guarded, MODE_FOLDER, syncFolder, unlessMissing, writeDurably } from './file/disk.js';
import { locked, sweep } from './file/lock.js';
import { keysUnder, type Place, placeOf } from './file/names.js';
import { pageOf } from './page.js';
import { queued } from './queue.js';
import type { DeleteResult, KeyPage, PutResult, Storage, Stored, WriteOptions } from './types.js';

/** Where the records lie and how long a dead writer may block a key. */
export interface FileStorageOptions {
  /** The folder; made with mode 0700 where it is absent. The mode of a folder that exists is left alone. */
  readonly folder: string;
  /** Milliseconds after which a lock that nobody releases is broken. Default 5000, at least 1. */
  readonly lockTimeoutMs?: number;
}

/**
 * A store in a folder: one file per key (mode 0600), compare-and-set between processes of one machine, reads that are never
 * torn. A crash at any step leaves the old value or the new one. Key segments become folders, so keys may hold only
 * `a-z 0-9 _ - ~` in segments of at most 200 bytes parted by `/`.
 *
 * Methods throw `invalid_input` (a key outside that alphabet, text with a lone surrogate), `record_corrupt` (a file that this
 * store did not write), `storage_error` (a lock that stays taken for four timeouts), or Node's own code such as `EACCES`.
 *
 * @example
 * const ductape = new Ductape({ product: 'shop', privateKey, storage: fileStorage({ folder: '.ductape' }) });
 */
export function fileStorage(options: FileStorageOptions): Storage {
  const { folder, lockTimeoutMs = 5000 } = options;
  if (typeof folder !== 'string' || folder === '') throw failure('invalid_input', 'fileStorage needs a folder.');
  if (!(lockTimeoutMs >= 1)) throw failure('invalid_input', 'lockTimeoutMs must be at least 1.');
  const root = resolve(folder);
  const writer = new Writer(lockTimeoutMs);

  return Object.freeze({
    capabilities: Object.freeze({ cas: true, read: 'strong', list: 'strong' } as const),
    get: async (key: string): Promise<Stored | null> => {
      const place = placeOf(root, key);
      return guarded('get', () => read(place.file));
    },
    put: async (key: string, value: string, condition?: WriteOptions): Promise<PutResult> => {
      wellFormed(value);
      const place = placeOf(root, key);
      return guarded('put', () => writer.put(place, value, condition?.ifMatch));
    },
    delete: async (key: string, condition?: WriteOptions): Promise<DeleteResult> => {
      const place = placeOf(root, key);
      return guarded('delete', () => writer.delete(place, condition?.ifMatch));
    },
    list: (prefix: string, page: { readonly cursor?: string | null; readonly limit: number }): Promise<KeyPage> =>
      guarded('list', async () => pageOf(await keysUnder(root, prefix), prefix, page)),
  });
}

const HEADER = /^ductape-file 1 ([0-9a-f]{32})\n/;

async function read(file: string): Promise<Stored | null> {
  // One open file is one version, whole: writers replace the file and never write into it.
  const bytes = await unlessMissing(readFile(file), null);
  if (bytes === null) return null;
  const version = HEADER.exec(bytes.subarray(0, 64).toString('latin1'));
  if (version?.[1] === undefined)
    throw failure('record_corrupt', 'The file of this key was not written by this store.');
  const value = decode(bytes.subarray(version[0].length));
  return { value, etag: etagOf(version[1], value) };
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw failure('record_corrupt', 'The file of this key is not UTF-8.');
  }
}

/** The version shows that A-B-A is a change; the hash shows an edit by hand, which keeps the version. */
function etagOf(version: string, value: string): string {
  return `${version}.${createHash('sha256').update(value).digest('hex').slice(0, 16)}`;
}

type Condition = string | null | undefined;

/** One store's writing side: a queue per key, so that within a process nobody waits for a lock, and a lock between processes. */
class Writer {
  readonly #lockTimeoutMs: number;
  readonly #swept = new Set<string>();

  constructor(lockTimeoutMs: number) {
    this.#lockTimeoutMs = lockTimeoutMs;
  }

  put(place: Place, value: string, ifMatch: Condition): Promise<PutResult> {
    return queued(this, place.file, async () => {
      // Before the draft as well: a writer whose condition fails already need not wait for the lock, nor for the disk.
      if (!(await holds(place, ifMatch))) return { conflict: true };
      await this.#prepare(place.folder);
      const version = randomBytes(16).toString('hex');
      const draft = (path: string): Promise<void> => writeDurably(path, `ductape-file 1 ${version}\n${value}`);
      return locked<PutResult>(place, this.#lockTimeoutMs, draft, async (held) => {
        if (!(await holds(place, ifMatch))) return { conflict: true };
        await rename(held, place.file);
        return { etag: etagOf(version, value) };
      });
    });
  }

  delete(place: Place, ifMatch: Condition): Promise<DeleteResult> {
    return queued(this, place.file, async () => {
      if (!(await holds(place, ifMatch))) return { conflict: true };
      if (!(await exists(place))) return { deleted: false };
      const draft = (path: string): Promise<unknown> => mkdir(path, MODE_FOLDER);
      return locked<DeleteResult>(place, this.#lockTimeoutMs, draft, async (held) => {
        if (!(await holds(place, ifMatch))) return { conflict: true };
        if (!(await exists(place))) return { deleted: false };
        // Into the held folder, not by unlink: were the lock broken, that folder would be gone and the move would fail.
        await rename(place.file, join(held, 'gone'));
        return { deleted: true };
      });
    });
  }

  async #prepare(folder: string): Promise<void> {
    const first = await mkdir(folder, { recursive: true, mode: MODE_FOLDER });
    if (first !== undefined) {
      for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
    }
    if (this.#swept.has(folder)) return;
    this.#swept.add(folder);
    await sweep(folder, 4 * this.#lockTimeoutMs);
  }
}

async function holds(place: Place, ifMatch: Condition): Promise<boolean> {
  return ifMatch === undefined || ((await read(place.file))?.etag ?? null) === ifMatch;
}

async function exists(place: Place): Promise<boolean> {
  return (await unlessMissing(stat(place.file), null)) !== null;
}
