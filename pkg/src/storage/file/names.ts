/** How a key becomes a path and a path a key. Every name is safe on file systems that ignore case and on Windows. */

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { failure } from '../contract.js';
import { unlessMissing } from './disk.js';

/** A key's folder, the start of its file names there, and its file. */
export interface Place {
  readonly folder: string;
  readonly stem: string;
  readonly file: string;
}

const SUFFIX = '.value';
const SEGMENT = /^[a-z0-9_~-]{1,200}$/;
/** Device names of Windows, also with an ending. `=` is outside the keys' alphabet, so the way back is plain. */
const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d)$/;

export function placeOf(root: string, key: string): Place {
  const segments = key.split('/');
  if (!segments.every((segment) => SEGMENT.test(segment))) {
    throw failure('invalid_input', 'A key must be segments of a-z 0-9 _ - ~, each of 1 to 200 bytes, parted by "/".');
  }
  const names = segments.map((segment) => (RESERVED.test(segment) ? `${segment}=` : segment));
  const stem = names.pop() ?? '';
  const folder = join(root, ...names);
  return { folder, stem, file: join(folder, stem + SUFFIX) };
}

/** The segment that a name stands for; `undefined` for locks, drafts and foreign files. */
function segmentOf(name: string): string | undefined {
  const segment = name.endsWith('=') ? name.slice(0, -1) : name;
  return SEGMENT.test(segment) && RESERVED.test(segment) === name.endsWith('=') ? segment : undefined;
}

export async function keysUnder(root: string, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  const walk = async (folder: string, path: string): Promise<void> => {
    const entries = await unlessMissing(readdir(folder, { withFileTypes: true }), []);
    for (const entry of entries) {
      const isValue = entry.isFile() && entry.name.endsWith(SUFFIX);
      const segment = segmentOf(isValue ? entry.name.slice(0, -SUFFIX.length) : entry.name);
      if (segment === undefined) continue;
      if (isValue) keys.push(path + segment);
      // Only where a key under this folder could start with the prefix.
      const inner = `${path}${segment}/`;
      if (entry.isDirectory() && (inner.startsWith(prefix) || prefix.startsWith(inner)))
        await walk(join(folder, entry.name), inner);
    }
  };
  await walk(root, '');
  return keys;
}
