// Published vectors that lie beside this checkout. They are data of other people, so the repository does not carry them.

import { existsSync, readFileSync } from 'node:fs';

import type { HpkeVector, Published, X25519Vector } from './sealing-vectors.js';

/**
 * RFC 9180's test-vectors.json as the CFRG publishes it: https://github.com/cfrg/draft-irtf-cfrg-hpke (IETF Trust,
 * BCP 78; the same values stand in the RFC's appendix A). `HPKE_VECTORS` may name the file.
 */
const HPKE = process.env.HPKE_VECTORS ?? '../shared/fixtures/hpke/test-vectors.json';

/** C2SP/wycheproof, Apache-2.0. */
const X25519 = '../shared/fixtures/wycheproof/x25519_test.json';

/** What there is; what is missing is said once, under the runner's name. */
export function published(runner: string): Published {
  const hpke = read<HpkeVector[]>(runner, HPKE)?.filter(
    ({ mode, kem_id, kdf_id }) => mode === 0 && kem_id === 0x20 && kdf_id === 1,
  );
  if (hpke !== undefined && !hpke.some(({ aead_id }) => aead_id === 0xffff)) throw new Error(`${HPKE}: not complete`);
  const groups = read<{ testGroups: { tests: X25519Vector[] }[] }>(runner, X25519)?.testGroups;
  return { hpke: hpke?.map(withoutMessages), x25519: groups?.flatMap(({ tests }) => tests) };
}

function read<T>(runner: string, path: string): T | undefined {
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as T;
  process.stdout.write(`${runner}: ${path} is not here; skipped\n`);
  return undefined;
}

/** Encrypted messages by the thousand, of AEADs that nothing here uses. */
function withoutMessages(vector: HpkeVector): HpkeVector {
  const { encryptions: _, ...rest } = vector as HpkeVector & { encryptions?: unknown };
  return rest;
}
