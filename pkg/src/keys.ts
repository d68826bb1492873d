// The keys of the constructor's options: which there are, sorted by kind, and what computes with those that never enter
// the core. Whether a text or bytes make a good key is the core's to judge.

import { type DuctapeError, invalid } from './errors.js';
import { ownFields } from './plain.js';
import type { ProductKey, SealingPrivateKey, SealingPublicKey } from './types.js';

/** A key of WebCrypto, of which only what it signs is ever seen. */
type SigningKey = CryptoKey;

/** The keys that a client was given. */
export interface GivenKeys {
  /** Product keys, the one that seals first; none beside `publicKey`. */
  readonly product: readonly (string | Uint8Array | SigningKey)[];
  readonly retired: readonly string[];
  readonly sealing: readonly SealingPrivateKey[];
  readonly publicKey: SealingPublicKey | undefined;
}

/** The same as the core takes them: a signing key by its three answers, sealing keys by their public halves. */
export interface CoreKeys {
  product: (string | Uint8Array | Uint8Array[])[];
  retired: readonly string[];
  sealing: Uint8Array[];
  publicKey: Uint8Array | undefined;
}

/** What the core asks of keys that it never sees. */
export interface KeyAgent {
  hmac(key: number, data: Uint8Array<ArrayBuffer>): Promise<Uint8Array>;
  encapsulate(info: Uint8Array): Promise<unknown>;
  decapsulate(key: number, enc: Uint8Array, info: Uint8Array): Promise<unknown>;
}

const RING_FIELDS = ['primary', 'others', 'sealing', 'retired'];

/** A ring with nothing but this key. */
export function ringOf(key: string): GivenKeys {
  return { product: [key], retired: [], sealing: [], publicKey: undefined };
}

/** Reads `privateKey` and `publicKey`. */
export function readKeys(privateKey: unknown, publicKey: unknown): GivenKeys | undefined {
  if (publicKey !== undefined) {
    if (privateKey !== undefined) throw invalid('publicKey', 'either publicKey or privateKey, not both');
    return { product: [], retired: [], sealing: [], publicKey: readPublicKey(publicKey) };
  }
  if (privateKey === undefined) return undefined;
  const isOne = typeof privateKey !== 'object' || privateKey instanceof Uint8Array || isCryptoKey(privateKey);
  if (isOne) return { ...ringOf(''), product: [readKey(privateKey, 'privateKey')] };
  const ring = ownFields(privateKey, 'privateKey');
  const stray = [...ring.keys()].find((key) => !RING_FIELDS.includes(key));
  if (stray !== undefined) throw invalid(`privateKey.${stray}`, `no such field; a ring has ${RING_FIELDS.join(', ')}`);
  const primary = readKey(ring.get('primary'), 'privateKey.primary');
  return {
    product: [primary, ...readList(ring.get('others'), 'privateKey.others', readKey)],
    retired: readList(ring.get('retired'), 'privateKey.retired', readId),
    sealing: readList(ring.get('sealing'), 'privateKey.sealing', readSealingKey),
    publicKey: undefined,
  };
}

/** What the core is made with. Keys that only sign answer its questions first. */
export async function coreKeys(keys: GivenKeys, questions: () => Uint8Array<ArrayBuffer>[]): Promise<CoreKeys> {
  const agent = keyAgent(keys);
  const answers = keys.product.map((key, place) =>
    isCryptoKey(key) ? Promise.all(questions().map((question) => agent.hmac(place, question))) : key,
  );
  return { ...plainKeys(keys), product: await Promise.all(answers) };
}

/** The same without asking anything: in place of a key that only signs stands an empty list. */
export function plainKeys(keys: GivenKeys): CoreKeys {
  return {
    product: keys.product.map((key) => (isCryptoKey(key) ? [] : key)),
    retired: keys.retired,
    sealing: keys.sealing.map((key) => key.publicKey),
    publicKey: keys.publicKey?.publicKey,
  };
}

/** Whether some key only signs, so that the core cannot be made at once. */
export function hasSigningKey(keys: GivenKeys): boolean {
  return keys.product.some(isCryptoKey);
}

/** Computes with the keys that never enter the core. */
export function keyAgent(keys: GivenKeys): KeyAgent {
  return {
    async hmac(key, data) {
      const signed = await crypto.subtle.sign('HMAC', keys.product[key] as SigningKey, data);
      return new Uint8Array(signed);
    },
    async encapsulate(info) {
      return keys.publicKey?.encapsulate(info);
    },
    async decapsulate(key, enc, info) {
      return keys.sealing[key]?.decapsulate(enc, info);
    },
  };
}

function readKey(given: unknown, path: string): Exclude<ProductKey, object> | Uint8Array | SigningKey {
  if (typeof given === 'string') return given;
  if (given instanceof Uint8Array) return given.slice();
  if (isCryptoKey(given)) return checked(given, path);
  throw invalid(path, 'a product key: a text, 32 bytes or a CryptoKey');
}

/** The construction needs HMAC-SHA-512 with a key of 32 bytes, and nothing else of it. */
function checked(key: SigningKey, path: string): SigningKey {
  const algorithm = key.algorithm as { name?: unknown; hash?: { name?: unknown }; length?: unknown };
  if (algorithm.name !== 'HMAC' || algorithm.hash?.name !== 'SHA-512') {
    throw unfit(path, 'AES and HKDF keys cannot take its place: their derivations are others');
  }
  if (algorithm.length !== 256) throw unfit(path, 'this one has another length');
  if (!key.usages.includes('sign')) throw unfit(path, 'this one may not sign');
  if (key.extractable) throw unfit(path, 'this one can be extracted; import it with extractable: false');
  return key;
}

function unfit(path: string, why: string): DuctapeError {
  return invalid(path, `a CryptoKey for HMAC with SHA-512 of 256 bits, not extractable, that may sign; ${why}`);
}

function readId(given: unknown, path: string): string {
  if (typeof given !== 'string') throw invalid(path, 'the id of a product key');
  return given;
}

function readSealingKey(given: unknown, path: string): SealingPrivateKey {
  return readSealing(
    given,
    path,
    'decapsulate',
    'a private sealing key: openWith(...) of ductape-models/sealing makes one',
  );
}

function readPublicKey(given: unknown): SealingPublicKey {
  const expected = 'a public sealing key: sealTo(...) of ductape-models/sealing makes one';
  return readSealing(given, 'publicKey', 'encapsulate', expected);
}

function readSealing<T extends { publicKey: Uint8Array }>(
  given: unknown,
  path: string,
  verb: string,
  expected: string,
): T {
  const key = given as (T & Record<string, unknown>) | null;
  if (typeof key !== 'object' || key === null || typeof key[verb] !== 'function') throw invalid(path, expected);
  if (!(key.publicKey instanceof Uint8Array) || key.publicKey.length !== 32) throw invalid(path, expected);
  return key;
}

function readList<T>(given: unknown, path: string, read: (item: unknown, path: string) => T): T[] {
  if (given === undefined) return [];
  if (!Array.isArray(given)) throw invalid(path, 'a list');
  return given.map((item: unknown, at) => read(item, `${path}[${at}]`));
}

function isCryptoKey(value: unknown): value is SigningKey {
  return Object.prototype.toString.call(value) === '[object CryptoKey]';
}
