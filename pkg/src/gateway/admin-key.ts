// Admin keys: compared by their signatures under a key of this process, so that no comparison ends early.

import { invalid } from '../errors.js';
import { type Bytes, random } from '../sealing/platform.js';
import { isMac, KEY_BYTES, type MacKey, mac, macKey } from './mac.js';
import type { GatewayAuth } from './types.js';

const MIN_LENGTH = 32;

/** One admin key. */
export interface Admin {
  readonly key: MacKey;
  readonly signature: Bytes;
  /** The only product that it is good for. */
  readonly product: string | undefined;
}

const encode = (text: string): Bytes => new TextEncoder().encode(text);

/** The keys ready for comparison. */
export async function adminsOf(given: GatewayAuth['adminKey']): Promise<Admin[]> {
  if (given === undefined) return [];
  const key = await macKey(random(KEY_BYTES));
  if (typeof given === 'string') return [await admin(key, given, undefined, 'auth.adminKey')];
  if (!Array.isArray(given)) throw invalid('auth.adminKey', 'a text, or a list of {key, product}');
  return Promise.all(
    given.map(({ key: text, product }, at) => {
      const path = `auth.adminKey[${at}]`;
      if (typeof product !== 'string' || product === '') throw invalid(`${path}.product`, 'a product');
      return admin(key, text, product, `${path}.key`);
    }),
  );
}

async function admin(key: MacKey, text: unknown, product: string | undefined, path: string): Promise<Admin> {
  if (typeof text !== 'string' || text.length < MIN_LENGTH) {
    throw invalid(path, `a text of at least ${MIN_LENGTH} characters`);
  }
  return { key, signature: await mac(key, encode(text)), product };
}

/** The admin whose key this is. All are compared, whichever fits. */
export async function adminOf(admins: readonly Admin[], presented: string): Promise<Admin | undefined> {
  const data = encode(presented);
  const fits = await Promise.all(admins.map(({ key, signature }) => isMac(key, signature, data)));
  return admins.find((_, at) => fits[at]);
}
