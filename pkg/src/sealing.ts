// `ductape-models/sealing`: keys that seal and cannot open. An entry point of its own, so that nobody else carries it.

import { PrivateHalf, PublicHalf } from './sealing/keys.js';
import { importPrivate, KEY_LENGTH, publicHalf, random, wipe } from './sealing/platform.js';
import { PRIVATE, PUBLIC, print } from './sealing/printed.js';
import type { SealingPrivateKey, SealingPublicKey } from './types.js';

export type { SealingPrivateKey, SealingPublicKey } from './types.js';

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
 * const admin = new Ductape({ publicKey: sealTo(publicKey), storage, product: 'shop' });
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
 * const app = new Ductape({ privateKey: { primary, sealing: [openWith(privateKey)] }, storage, product: 'shop' });
 */
export function openWith(privateKey: string): SealingPrivateKey {
  return new PrivateHalf(privateKey);
}
