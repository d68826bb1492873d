// HMAC-SHA-256 inside the platform. Comparing is the platform's, which takes the same time wherever two values differ.

import { invalid } from '../errors.js';
import type { Bytes } from '../sealing/platform.js';
import { fromBase64Url } from './base64url.js';
import type { TokenKey } from './types.js';

const HMAC = { name: 'HMAC', hash: 'SHA-256' } as const;

/** What the printed form of a token key starts with. */
export const KEY_HEAD = 'lmtk1.';

/** The fewest bytes of a token key. */
export const KEY_BYTES = 32;

const EXPECTED = `the ${KEY_HEAD} text of generateTokenKey(), or at least ${KEY_BYTES} bytes`;

/** A key inside the platform that cannot be taken out again. */
export type MacKey = CryptoKey;

export function macKey(bytes: Bytes): Promise<MacKey> {
  return crypto.subtle.importKey('raw', bytes, HMAC, false, ['sign', 'verify']);
}

/** The key that signs and checks tokens. */
export async function tokenKey(key: TokenKey, path: string): Promise<MacKey> {
  return macKey(bytesOf(key, path));
}

export async function mac(key: MacKey, data: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, data));
}

/** Whether `signature` is that of `data`. */
export function isMac(key: MacKey, signature: Bytes, data: Bytes): Promise<boolean> {
  return crypto.subtle.verify('HMAC', key, signature, data);
}

function bytesOf(key: TokenKey, path: string): Bytes {
  if (key instanceof Uint8Array && key.length >= KEY_BYTES) return Uint8Array.from(key);
  if (typeof key !== 'string' || !key.startsWith(KEY_HEAD)) throw invalid(path, EXPECTED);
  const bytes = fromBase64Url(key.slice(KEY_HEAD.length));
  if (bytes === undefined || bytes.length < KEY_BYTES) throw invalid(path, EXPECTED);
  return bytes;
}
