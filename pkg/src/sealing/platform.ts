// WebCrypto as sealing uses it: X25519, HMAC, SHA-256, random bytes. It knows no HPKE and no printed keys.

import { DuctapeError } from '../errors.js';

/** Bytes in memory of our own, so that WebCrypto takes them and nobody else changes them. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** A key inside the platform. Ours are never extractable. */
export interface PlatformKey {
  readonly type: string;
}

interface KeyPair {
  readonly publicKey: PlatformKey;
  readonly privateKey: PlatformKey;
}

interface Algorithm {
  readonly name: string;
  readonly hash?: string;
  readonly public?: PlatformKey;
}

interface Subtle {
  digest(algorithm: string, data: Bytes): Promise<ArrayBuffer>;
  deriveBits(algorithm: Algorithm, key: PlatformKey, bits: number): Promise<ArrayBuffer>;
  exportKey(format: 'raw', key: PlatformKey): Promise<ArrayBuffer>;
  generateKey(algorithm: Algorithm, extractable: boolean, usages: string[]): Promise<KeyPair>;
  importKey(
    format: 'pkcs8' | 'raw',
    data: Bytes,
    algorithm: Algorithm,
    extractable: boolean,
    usages: string[],
  ): Promise<PlatformKey>;
  sign(algorithm: string, key: PlatformKey, data: Bytes): Promise<ArrayBuffer>;
}

interface Platform {
  crypto?: { getRandomValues(bytes: Bytes): Bytes; subtle?: Subtle };
}

/** Bytes of a public key, of a private one, and of what two of them agree on. */
export const KEY_LENGTH = 32;

const X25519: Algorithm = { name: 'X25519' };
const HMAC: Algorithm = { name: 'HMAC', hash: 'SHA-256' };

/** What stands before the 32 bytes of an X25519 private key in PKCS #8 (RFC 8410): WebCrypto takes no raw ones. */
const PKCS8_HEAD = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x6e, 4, 0x22, 4, 0x20];

/** The generator of the curve: agreeing with it gives the public half of a private key. */
const BASE_POINT = Uint8Array.of(9, ...new Array<number>(KEY_LENGTH - 1).fill(0));

export function concat(...parts: readonly Uint8Array[]): Bytes {
  const out = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Overwrites what held a secret. Copies that the engine made are out of reach. */
export function wipe(...all: readonly Bytes[]): void {
  for (const bytes of all) bytes.fill(0);
}

/** `length` random bytes; `entropy_unavailable` where the platform has none. */
export function random(length: number): Bytes {
  const { crypto } = globalThis as Platform;
  if (crypto === undefined) throw unsupported('WebCrypto');
  try {
    return crypto.getRandomValues(new Uint8Array(length));
  } catch {
    throw noEntropy();
  }
}

export async function sha256(data: Bytes): Promise<Bytes> {
  return new Uint8Array(await subtle().digest('SHA-256', data));
}

/** HMAC-SHA-256 over all parts in a row. An empty key is refused by WebCrypto: 32 zeros are the same key. */
export async function hmac(key: Bytes, ...parts: readonly Bytes[]): Promise<Bytes> {
  const message = concat(...parts);
  try {
    const imported = await subtle().importKey('raw', key, HMAC, false, ['sign']);
    return new Uint8Array(await subtle().sign('HMAC', imported, message));
  } finally {
    wipe(message);
  }
}

/** A private key that can agree and cannot be taken out again. The bytes stay the caller's to wipe. */
export async function importPrivate(bytes: Bytes): Promise<PlatformKey> {
  const pkcs8 = concat(Uint8Array.from(PKCS8_HEAD), bytes);
  try {
    // Any 32 bytes are a private key, so a refusal can only mean that the platform does not know the curve.
    return await attempt(() => subtle().importKey('pkcs8', pkcs8, X25519, false, ['deriveBits']), unsupported);
  } finally {
    wipe(pkcs8);
  }
}

/** A key pair for one message. */
export async function ephemeral(): Promise<{ privateKey: PlatformKey; publicKey: Bytes }> {
  const pair = await attempt(() => subtle().generateKey(X25519, false, ['deriveBits']), noEntropy);
  const publicKey = await attempt(() => subtle().exportKey('raw', pair.publicKey), unsupported);
  return { privateKey: pair.privateKey, publicKey: new Uint8Array(publicKey) };
}

/** X25519 of both keys; `tampered` where the point is none, or of so small an order that everybody knows the result. */
export async function agree(privateKey: PlatformKey, publicKey: Bytes): Promise<Bytes> {
  const bits = await attempt(async () => {
    const point = await subtle().importKey('raw', publicKey, X25519, false, []);
    return subtle().deriveBits({ ...X25519, public: point }, privateKey, 8 * KEY_LENGTH);
  }, tampered);
  const shared = new Uint8Array(bits);
  // WebCrypto must refuse this itself; RFC 9180, section 7.1.4, wants it checked all the same.
  if (shared.reduce((seen, byte) => seen | byte, 0) === 0) throw tampered();
  return shared;
}

/** The public half of a private key. */
export function publicHalf(privateKey: PlatformKey): Promise<Bytes> {
  return agree(privateKey, BASE_POINT);
}

function subtle(): Subtle {
  const found = (globalThis as Platform).crypto?.subtle;
  if (found === undefined) throw unsupported('WebCrypto');
  return found;
}

/** The platform's own errors stay here: they may say what they were given. */
async function attempt<T>(work: () => Promise<T>, failure: () => DuctapeError): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (DuctapeError.is(error)) throw error;
    throw (error as { name?: unknown } | null)?.name === 'NotSupportedError' ? unsupported() : failure();
  }
}

function unsupported(feature: 'X25519' | 'WebCrypto' = 'X25519'): DuctapeError {
  const cause =
    feature === 'X25519' ? 'the WebCrypto of this runtime has no X25519' : 'there is no WebCrypto; a page needs https';
  return new DuctapeError({
    code: 'unsupported_version',
    message: `keys sealed to a public key cannot be used here: ${cause}`,
    details: { feature },
  });
}

function tampered(): DuctapeError {
  return new DuctapeError({
    code: 'tampered',
    message: 'this is no X25519 public key that anybody holds the private one of',
  });
}

function noEntropy(): DuctapeError {
  const message = 'the secure random source failed';
  return new DuctapeError({ code: 'entropy_unavailable', message, retryable: true });
}
