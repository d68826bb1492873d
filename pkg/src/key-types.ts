// Product keys, sealing keys, and the care of what they seal.

import type { Signal, WebCryptoKey } from './platform-types.js';
import type { ErrorCode, ProviderId } from './types.js';

/**
 * A product key: the `lmk1.` text of {@link Ductape.generateKey}, 64 hex digits, base64 of 32 bytes, 32 bytes, or a
 * `CryptoKey` of 256 bits for HMAC with SHA-512 that cannot be extracted and may sign. Of such a key this library sees
 * what it signs and never its bytes; it has the same id as the same key in any other form.
 */
export type ProductKey = string | Uint8Array | WebCryptoKey;

/** The public half of a sealing key, from `ductape-models/sealing`: seals, opens nothing. */
export interface SealingPublicKey {
  /** The 32 public bytes; a copy each time. */
  readonly publicKey: Uint8Array;
  /**
   * A fresh secret, and what the private half needs to get it back.
   *
   * @param info What the secret is bound to: only the same bytes give it back.
   * @returns `enc`, 32 bytes to store; `secret`, 32 bytes to use once and forget.
   * @throws DuctapeError `invalid_input` where the checksum of the key does not fit, or `info` is no `Uint8Array`;
   * `tampered` for a public key that no private key has; `unsupported_version` where the runtime has no X25519;
   * `entropy_unavailable` where it has no randomness.
   */
  encapsulate(info: Uint8Array): Promise<{ enc: Uint8Array; secret: Uint8Array }>;
}

/** The private half of a sealing key, from `ductape-models/sealing`: opens what was sealed to its public half. */
export interface SealingPrivateKey {
  /** The 32 bytes of the public half; a copy each time. */
  readonly publicKey: Uint8Array;
  /**
   * The secret behind `enc`. Another key, other bytes of `info` or a changed `enc` give another secret, not an error:
   * what is sealed with the secret must notice.
   *
   * @param enc The 32 bytes that `encapsulate` returned.
   * @param info The same bytes that `encapsulate` was given.
   * @throws DuctapeError `tampered` where `enc` is a point that gives everybody the same secret; `invalid_input` where
   * the checksum or the public half of the key does not fit, or an argument is no `Uint8Array`, or `enc` has another
   * length; `unsupported_version` where the runtime has no X25519.
   */
  decapsulate(enc: Uint8Array, info: Uint8Array): Promise<Uint8Array>;
}

/** One key that seals, and others that only open. */
export interface Keyring {
  /** Seals and opens. */
  primary: ProductKey;
  /** Open only. */
  others?: readonly ProductKey[];
  /** Open what clients with a public key stored. */
  sealing?: readonly SealingPrivateKey[];
  /** Ids of keys that must never open anything again, even where they are given. */
  retired?: readonly string[];
}

/** What a key reference is looked up with. */
export interface KeyContext {
  product: string;
  tag: string;
  env: string;
  provider: ProviderId;
}

/** How `keys.rekey` goes about it. */
export interface RekeyOptions {
  /** One product. Default: everything in the store. */
  product?: string;
  /** Where an earlier run stopped. */
  cursor?: string;
  /** The most records to look at, where time is short. Default: all. */
  limit?: number;
  /** Called after every hundred records, with everything so far. */
  onProgress?: (soFar: Rekeyed) => void;
  /** Gives up between two hundreds of records, with `aborted`. */
  signal?: Signal;
}

/** What `keys.rekey` did. */
export interface Rekeyed {
  /** The id of the key that seals now. */
  keyId: string;
  /** Records looked at. */
  scanned: number;
  /** Records written anew. */
  rewrapped: number;
  /** Records that needed nothing. */
  already: number;
  /** Writes that somebody else's came before; each was tried again. */
  conflicts: number;
  /** Models (by `tag`), single environments of them, and agents (by `agent`) that could not be moved, with the code of the error. They are as they were. */
  failed: { product?: string; tag?: string; agent?: string; env?: string; code: ErrorCode }[];
  /** Where to go on; absent at the end. */
  cursor?: string;
  /** The end was reached and nothing failed. */
  complete: boolean;
}

/** What `keys.doctor` found. */
export interface Diagnosis {
  /** Records looked at. */
  scanned: number;
  /** The keys of this client, and those beyond them that records need. */
  keys: { keyId: string; role: 'primary' | 'other' | 'sealing' | 'retired' | 'unknown'; records: number }[];
  /** The ids of the keys that each model (`tag`) or agent (`agent`) needs; none where it cannot be read. */
  records: { product?: string; tag?: string; agent?: string; keyIds: string[] }[];
  /** What is wrong with a record, or one environment of it: the code of the error that using it gives. */
  problems: { product?: string; tag?: string; agent?: string; env?: string; code: ErrorCode }[];
  /** Nothing is wrong. */
  healthy: boolean;
}
