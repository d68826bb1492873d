// One file per record in one folder. A record is never seen half written: it is written beside its place, flushed, and
// renamed over it. Writers of one record take turns through a lock file, in this process and across processes.

import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';

import type { Storage, WriteOptions } from './types.js';

const PAGE = 1000;
const RECORD = '.json';
const LOCK = '.lock';
/** A write takes milliseconds; a lock this old belongs to a process that is gone. */
const STALE_LOCK_MS = 10_000;
const LOCK_RETRY_MS = 5;
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
/** The longest file name that every common file system takes, less the longest ending of ours. */
const MAX_NAME = 200;

/**
 * A store in `folder`, which is made where it is missing, readable by this user alone. Node, Deno and Bun.
 * On a network file system the lock is only as good as that system's exclusive creation of files.
 */
export function fileStorage(folder: string): Storage {
  const place = (key: string) => join(folder, fileName(key));
  const change = async <T>(key: string, options: WriteOptions, apply: (found: Found | null) => Promise<T>) => {
    await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
    return withLock(place(key) + LOCK, async () => {
      const found = await read(place(key));
      if (options.ifMatch !== undefined && (found?.etag ?? null) !== options.ifMatch) return { conflict: true } as const;
      return apply(found);
    });
  };
  return {
    capabilities: { cas: true, read: 'strong', list: 'strong', atomicWrite: true },
    async get(key) {
      const found = await read(place(key));
      return found ? { value: found.value, etag: found.etag } : null;
    },
    put: (key, value, options = {}) =>
      change(key, options, async () => {
        const text = JSON.stringify({ key, version: randomUUID(), value });
        await replace(folder, place(key), text);
        return { etag: etagOf(text) };
      }),
    delete: (key, options = {}) =>
      change(key, options, async (found) => {
        if (found) await unlink(place(key));
        if (found) await flushFolder(folder);
        return { deleted: found !== null };
      }),
    async list(prefix, { cursor, limit = PAGE } = {}) {
      const keys = (await keysOf(folder)).filter((key) => key.startsWith(prefix)).sort();
      const rest = cursor === undefined ? keys : keys.filter((key) => key > cursor);
      const page = rest.slice(0, limit);
      return { keys: page, cursor: rest.length > page.length ? page.at(-1) : undefined };
    },
  };
}

interface Found {
  key: string;
  value: string;
  etag: string;
}

/** Letters, digits, `-` and `_` stay; anything else becomes `.` and its code, so that no key can leave the folder. */
function fileName(key: string): string {
  const safe = key.replace(/[^a-z0-9_-]/g, (character) => `.${character.charCodeAt(0).toString(16)}.`);
  if (safe.length <= MAX_NAME) return safe + RECORD;
  return `.long.${createHash('sha256').update(key).digest('base64url')}`.replace(/[A-Z]/g, (c) => `.${c.toLowerCase()}`) + RECORD;
}

function etagOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

async function read(path: string): Promise<Found | null> {
  const text = await readFile(path, 'utf8').catch(nullIfMissing);
  if (text === null) return null;
  const { key, value } = JSON.parse(text) as Record<string, unknown>;
  if (typeof key !== 'string' || typeof value !== 'string') throw new Error('a record file holds something else');
  return { key, value, etag: etagOf(text) };
}

async function replace(folder: string, path: string, text: string): Promise<void> {
  const draft = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFlushed(draft, text);
    await rename(draft, path);
  } catch (error) {
    await unlink(draft).catch(() => undefined);
    throw error;
  }
  await flushFolder(folder);
}

async function writeFlushed(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', FILE_MODE);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A rename lasts only once its folder is flushed. Windows cannot open folders, and needs none of this. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null);
  if (handle === null) return;
  await handle.sync().catch(() => undefined);
  await handle.close();
}

async function keysOf(folder: string): Promise<string[]> {
  const names = (await readdir(folder).catch(nullIfMissing)) ?? [];
  const found = await Promise.all(names.filter((name) => name.endsWith(RECORD)).map((name) => read(join(folder, name))));
  return found.flatMap((record) => (record ? [record.key] : []));
}

async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const token = randomUUID();
  while (!(await take(path, token))) {
    await removeStale(path);
    await new Promise<void>((resolve) => setTimeout(resolve, LOCK_RETRY_MS * (1 + Math.random())));
  }
  try {
    return await work();
  } finally {
    const holder = await readFile(path, 'utf8').catch(nullIfMissing);
    if (holder === token) await unlink(path).catch(nullIfMissing);
  }
}

/** Creating a file that must not exist is atomic. */
async function take(path: string, token: string): Promise<boolean> {
  try {
    await writeFlushed(path, token);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Renames the old lock away before removing it: of several that see it, one succeeds. */
async function removeStale(path: string): Promise<void> {
  const lock = await stat(path).catch(nullIfMissing);
  if (lock === null || Date.now() - lock.mtimeMs < STALE_LOCK_MS) return;
  const aside = `${path}.${randomUUID()}.tmp`;
  await rename(path, aside).catch(nullIfMissing);
  const moved = await stat(aside).catch(nullIfMissing);
  if (moved === null) return;
  // Someone else replaced the old lock in between: this one is in use.
  if (moved.ino !== lock.ino) await rename(aside, path);
  else await unlink(aside).catch(nullIfMissing);
}

function nullIfMissing(error: unknown): null {
  if (codeOf(error) === 'ENOENT') return null;
  throw error;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
