// Published vectors against what the sealing entry point computes inside. The package exports none of that, so this is
// built from the package's source; sealing.ts checks the published file.

import {
  exportFrom,
  KEM_SUITE,
  keySchedule,
  labeledExpand,
  labeledExtract,
  sharedSecret,
  suiteOf,
} from '../../pkg/src/sealing/hpke.js';
import { agree, type Bytes, importPrivate, publicHalf } from '../../pkg/src/sealing/platform.js';
import { type Case, equal } from './suite.js';

/** A vector of RFC 9180, by the names of the published JSON. */
export interface HpkeVector {
  mode: number;
  kem_id: number;
  kdf_id: number;
  aead_id: number;
  info: string;
  ikmE: string;
  ikmR: string;
  skEm: string;
  skRm: string;
  pkEm: string;
  pkRm: string;
  enc: string;
  shared_secret: string;
  key_schedule_context: string;
  secret: string;
  key: string;
  base_nonce: string;
  exporter_secret: string;
  exports: { exporter_context: string; L: number; exported_value: string }[];
}

/** A case of Wycheproof's x25519_test.json. */
export interface X25519Vector {
  tcId: number;
  flags: string[];
  public: string;
  private: string;
  shared: string;
}

/** What is beside this checkout; the rest is skipped. */
export interface Published {
  hpke?: HpkeVector[];
  x25519?: X25519Vector[];
}

const AEADS: Readonly<Record<number, string>> = {
  1: 'AES-128-GCM',
  2: 'AES-256-GCM',
  3: 'ChaCha20Poly1305',
  65535: 'export-only',
};

const EMPTY = new Uint8Array();

/** A case for every vector of RFC 9180, and one for each kind of agreement. */
export function cases({ hpke = [], x25519 = [] }: Published): Case[] {
  const list: Case[] = [];
  const test = (name: string, run: () => Promise<void>) => list.push({ name: `sealing vectors: ${name}`, run });
  for (const vector of hpke) {
    const suite = `RFC 9180, X25519, HKDF-SHA256, ${AEADS[vector.aead_id]}, base mode`;
    test(`${suite}: key pairs`, () => keyPairs(vector));
    test(`${suite}: encapsulation from both sides`, () => encapsulation(vector));
    test(`${suite}: key schedule`, () => schedule(vector));
    test(`${suite}: ${vector.exports.length} exports`, () => exports(vector));
  }
  if (x25519.length === 0) return list;
  const [known, zero] = [x25519.filter((vector) => !isZero(vector)), x25519.filter(isZero)];
  test(`Wycheproof X25519: ${known.length} agreements`, async () => {
    equal([known.length, zero.length], [487, 31]);
    for (const vector of known) {
      const agreed = await agreement(vector);
      // RFC 7748 takes a coordinate beyond the field for what it is modulo the prime; Firefox refuses one of them.
      const isRefusable = vector.flags.includes('NonCanonicalPublic');
      if (isRefusable && agreed === `${vector.tcId} tampered`) continue;
      equal(agreed, `${vector.tcId} ${vector.shared}`);
    }
  });
  test(`Wycheproof X25519: ${zero.length} zero secrets are refused`, async () => {
    for (const vector of zero) equal(await agreement(vector), `${vector.tcId} tampered`);
  });
  return list;
}

async function keyPairs(vector: HpkeVector): Promise<void> {
  const pairs = [
    [vector.ikmE, vector.skEm, vector.pkEm],
    [vector.ikmR, vector.skRm, vector.pkRm],
  ] as const;
  for (const [ikm, privateKey, publicKey] of pairs) {
    const prk = await labeledExtract(KEM_SUITE, EMPTY, 'dkp_prk', bytes(ikm));
    equal(hex(await labeledExpand(KEM_SUITE, prk, 'sk', EMPTY)), privateKey);
    equal(hex(await publicHalf(await importPrivate(bytes(privateKey)))), publicKey);
  }
}

async function encapsulation({ enc, skEm, skRm, pkRm, shared_secret }: HpkeVector): Promise<void> {
  for (const [privateKey, publicKey] of [
    [skEm, pkRm],
    [skRm, enc],
  ] as const) {
    const dh = await agree(await importPrivate(bytes(privateKey)), bytes(publicKey));
    equal(hex(await sharedSecret(dh, bytes(enc), bytes(pkRm))), shared_secret);
    equal(isWiped(dh), true);
  }
}

async function schedule(vector: HpkeVector): Promise<void> {
  const shared = bytes(vector.shared_secret);
  const made = await keySchedule(shared, bytes(vector.info), vector.aead_id);
  equal(isWiped(shared), true);
  equal(
    [hex(made.context), hex(made.secret), hex(made.exporterSecret)],
    [vector.key_schedule_context, vector.secret, vector.exporter_secret],
  );
  for (const [label, expected] of [
    ['key', vector.key],
    ['base_nonce', vector.base_nonce],
  ] as const) {
    if (expected === '') continue;
    const suite = suiteOf(vector.aead_id);
    equal(hex(await labeledExpand(suite, made.secret, label, made.context, expected.length / 2)), expected);
  }
}

async function exports(vector: HpkeVector): Promise<void> {
  for (const { exporter_context, L, exported_value } of vector.exports) {
    equal(L, 32);
    const made = await exportFrom(bytes(vector.exporter_secret), bytes(exporter_context), vector.aead_id);
    equal(hex(made), exported_value);
  }
}

async function agreement(vector: X25519Vector): Promise<string> {
  try {
    const made = await agree(await importPrivate(bytes(vector.private)), bytes(vector.public));
    return `${vector.tcId} ${hex(made)}`;
  } catch (error) {
    return `${vector.tcId} ${(error as { code?: string }).code}`;
  }
}

function isZero({ flags }: X25519Vector): boolean {
  return flags.includes('ZeroSharedSecret');
}

function isWiped(content: Bytes): boolean {
  return content.every((byte) => byte === 0);
}

function hex(content: Uint8Array): string {
  return Array.from(content, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function bytes(text: string): Bytes {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
