// The keys that open the store, from the environment or from files that only their owner can read.

import { open } from 'node:fs/promises';

import { UsageError } from './exit.js';
import { codeOf, named } from './files.js';
import { looksLikeKey } from './key-like.js';
import { keepSecret } from './screen.js';
import { variable } from './settings.js';

/** What was given. */
export interface ProductKeys {
  primary: string | undefined;
  others: string[];
  sealing: string[];
  publicKey: string | undefined;
}

const MAX_BYTES = 65_536;

/** Reads all of them. */
export async function productKeys(): Promise<ProductKeys> {
  const [primary, ...stray] = await keysIn('DUCTAPE_PRIVATE_KEY');
  if (stray.length > 0) {
    throw new UsageError('DUCTAPE_PRIVATE_KEY holds more than one key; the others go to DUCTAPE_OTHER_KEYS');
  }
  const publicKey = variable('DUCTAPE_PUBLIC_KEY')?.trim();
  if (primary === undefined && publicKey === undefined) {
    throw new UsageError(
      'no product key: set DUCTAPE_PRIVATE_KEY, or DUCTAPE_PRIVATE_KEY_FILE to a file that only you can read; ' +
        '`ductape-models keys generate` makes one',
    );
  }
  if (primary !== undefined && publicKey !== undefined) {
    throw new UsageError('DUCTAPE_PRIVATE_KEY and DUCTAPE_PUBLIC_KEY are both set: take one of them away');
  }
  return {
    primary,
    publicKey,
    others: await keysIn('DUCTAPE_OTHER_KEYS'),
    sealing: await keysIn('DUCTAPE_SEALING_KEYS'),
  };
}

/** Keys parted by white space or commas, in a variable or in the file that `<name>_FILE` names. */
async function keysIn(name: string): Promise<string[]> {
  const [given, file] = [variable(name), variable(`${name}_FILE`)];
  if (given !== undefined && file !== undefined) throw new UsageError(`${name} and ${name}_FILE are both set`);
  const text = file === undefined ? given : await guarded(file, `${name}_FILE`);
  const keys = (text ?? '').split(/[\s,]+/).filter((key) => key !== '');
  keys.forEach(keepSecret);
  return keys;
}

/** The file's mode is looked at through the handle that is read from, so that no other file can slip in between. */
async function guarded(file: string, name: string): Promise<string> {
  if (looksLikeKey(file)) throw new UsageError(`${name} holds a key; it takes the path of a file`);
  const handle = await open(file, 'r').catch((error: unknown) => {
    throw new UsageError(`${name}: ${named(file)} cannot be read (${codeOf(error)})`);
  });
  try {
    const stat = await handle.stat();
    const { mode, uid, size } = stat;
    if (!stat.isFile() || size > MAX_BYTES) throw new UsageError(`${name}: expected a file of at most 64 KiB`);
    const self = process.geteuid?.();
    // Windows has no such modes.
    if (self !== undefined && (mode & 0o077) !== 0) {
      throw new UsageError(`${name}: others can read ${file}; chmod 600 takes that away`);
    }
    if (self !== undefined && uid !== self && uid !== 0) throw new UsageError(`${name}: ${file} is not yours`);
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}
