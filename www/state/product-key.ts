/**
 * The product key of "This browser": a WebCrypto key that cannot be exported, in IndexedDB. Its bytes never exist in
 * this page, so no script can read them; a script that runs here can still use it.
 */
import type { WebCryptoKey } from 'ductape-models';
import { keep, kept } from './vault';

const NAME = 'product-key';
const ALGORITHM = { name: 'HMAC', hash: 'SHA-512', length: 256 } as const;

/** The key of this browser; made at the first visit. */
export async function productKey(): Promise<WebCryptoKey> {
  const found = await kept(NAME);
  if (found instanceof CryptoKey) return found;
  const fresh = await freshKey();
  await keep(NAME, fresh);
  return fresh;
}

/** A key that is used once it is kept. */
export function freshKey(): Promise<CryptoKey> {
  // Without subtle crypto the page is neither https nor loopback.
  if (globalThis.crypto?.subtle === undefined) {
    throw new Error('This page needs https or a loopback address: elsewhere browsers offer no key storage.');
  }
  return crypto.subtle.generateKey(ALGORITHM, false, ['sign']);
}

/** From now on this is the key of this browser. */
export function keepProductKey(key: CryptoKey): Promise<void> {
  return keep(NAME, key);
}
