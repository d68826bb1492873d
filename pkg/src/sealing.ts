// `ductape-models/sealing`: keys that seal and cannot open. An entry point of its own, so that nobody else carries it.

import { PrivateHalf, PublicHalf } from './sealing/keys.js';
import { importPrivate, KEY_LENGTH, publicHalf, random, wipe } from './sealing/platform.js';
import { PRIVATE, PUBLIC, print } from './sealing/printed.js';

/** The public half: seals, opens nothing. */
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

/** The private half: opens what was sealed to its public half. */
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

/**
 * A new pair of keys as text. Give `publicKey` to whoever creates and rotates API keys; keep `privateKey` with whoever
 * makes calls, in a secret store.
 *
 * Sealing needs a WebCrypto with X25519: Node 20, Deno 1.26, Firefox 130, Safari 17, Chromium since early 2025, the
 * Workers runtime, Bun since April 2026. Sources: MDN's browser-compat-data (`api.SubtleCrypto.deriveBits.x25519`);
 * blink-dev, "Intent to Ship: X25519 algorithm of the Web Cryptography API", November 2024; oven-sh/bun pull request
 * 29152. Node called it experimental before nodejs/node pull request 56142. Pages need https or a loopback address.
 *
 * @throws DuctapeError `unsupported_version` where the runtime has no X25519; `entropy_unavailable` where it has no
 * randomness.
 * @example
 * const { publicKey, privateKey } = await generateSealingKey();
 */
export async function generateSealingKey(): Promise<{ publicKey: string; privateKey: string }> {
  const both = new Uint8Array(PRIVATE.bytes);
  const bytes = random(KEY_LENGTH);
  try {
    const half = await publicHalf(await importPrivate(bytes));
    both.set(bytes);
    both.set(half, KEY_LENGTH);
    return { publicKey: await print(PUBLIC, half), privateKey: await print(PRIVATE, both) };
  } finally {
    wipe(bytes, both);
  }
}

/**
 * The public half from its text. Nothing is computed yet: the checksum is verified at the first use.
 *
 * @param publicKey The `lmp1.` text of {@link generateSealingKey}.
 * @throws DuctapeError `invalid_input` naming `publicKey`: another form, or a private key. The text is not repeated.
 * @example
 * const { enc, secret } = await sealTo(publicKey).encapsulate(context);
 */
export function sealTo(publicKey: string): SealingPublicKey {
  return new PublicHalf(publicKey);
}

/**
 * The private half from its text. It shows itself to no log: it has no properties, and prints as its name. The first use
 * verifies the checksum and the public half, and moves the private bytes into a key that the platform does not give back.
 *
 * @param privateKey The `lms1.` text of {@link generateSealingKey}.
 * @throws DuctapeError `invalid_input` naming `privateKey`: another form, or a public key. The text is not repeated.
 * @example
 * const secret = await openWith(privateKey).decapsulate(enc, context);
 */
export function openWith(privateKey: string): SealingPrivateKey {
  return new PrivateHalf(privateKey);
}
