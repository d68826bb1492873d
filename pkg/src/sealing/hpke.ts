// RFC 9180 as far as sealing needs it: base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, exports. One message, one
// key pair: there is no context that lives on and no counter that could repeat.

import { agree, type Bytes, concat, ephemeral, hmac, KEY_LENGTH, type PlatformKey, wipe } from './platform.js';

/** The AEAD id of contexts that only export. */
export const EXPORT_ONLY = 0xffff;

const KEM = 0x0020;
const KDF = 0x0001;
const MODE_BASE = Uint8Array.of(0);
const EMPTY = new Uint8Array();
const ZERO_SALT = new Uint8Array(32);
const EXPORTER_CONTEXT = utf8('llm-models/seal/v1');

/** Names the algorithms inside every derivation, so that no two suites derive the same. */
export const KEM_SUITE: Bytes = concat(utf8('KEM'), u16(KEM));

/** The suite of everything behind the KEM. */
export function suiteOf(aead: number): Bytes {
  return concat(utf8('HPKE'), u16(KEM), u16(KDF), u16(aead));
}

/** RFC 9180, `Encap` and `Export`: a fresh secret that only the private half of `recipient` gets back from `enc`. */
export async function seal(recipient: Bytes, info: Bytes): Promise<{ enc: Bytes; secret: Bytes }> {
  const { privateKey, publicKey: enc } = await ephemeral();
  const shared = await sharedSecret(await agree(privateKey, recipient), enc, recipient);
  return { enc, secret: await sealingSecret(shared, info) };
}

/** RFC 9180, `Decap` and `Export`. `recipient` is the public half of `privateKey`. */
export async function open(privateKey: PlatformKey, recipient: Bytes, enc: Bytes, info: Bytes): Promise<Bytes> {
  const shared = await sharedSecret(await agree(privateKey, enc), enc, recipient);
  return sealingSecret(shared, info);
}

/** `ExtractAndExpand` of the KEM. Wipes `dh`. */
export async function sharedSecret(dh: Bytes, enc: Bytes, recipient: Bytes): Promise<Bytes> {
  const prk = await labeledExtract(KEM_SUITE, EMPTY, 'eae_prk', dh);
  const shared = await labeledExpand(KEM_SUITE, prk, 'shared_secret', concat(enc, recipient));
  wipe(dh, prk);
  return shared;
}

/** The steps of the key schedule in base mode, without a pre-shared key. Wipes `shared`. */
export async function keySchedule(
  shared: Bytes,
  info: Bytes,
  aead: number = EXPORT_ONLY,
): Promise<{ context: Bytes; secret: Bytes; exporterSecret: Bytes }> {
  const suite = suiteOf(aead);
  const hashes = [labeledExtract(suite, EMPTY, 'psk_id_hash', EMPTY), labeledExtract(suite, EMPTY, 'info_hash', info)];
  const context = concat(MODE_BASE, ...(await Promise.all(hashes)));
  const secret = await labeledExtract(suite, shared, 'secret', EMPTY);
  const exporterSecret = await labeledExpand(suite, secret, 'exp', context);
  wipe(shared);
  return { context, secret, exporterSecret };
}

/** `Context.Export`, 32 bytes. */
export function exportFrom(exporterSecret: Bytes, context: Bytes, aead: number = EXPORT_ONLY): Promise<Bytes> {
  return labeledExpand(suiteOf(aead), exporterSecret, 'sec', context);
}

export function labeledExtract(suite: Bytes, salt: Bytes, label: string, ikm: Bytes): Promise<Bytes> {
  return hmac(salt.length === 0 ? ZERO_SALT : salt, utf8('HPKE-v1'), suite, utf8(label), ikm);
}

/** At most 32 bytes, which is one round of HKDF-Expand and all that anything here asks for. */
export async function labeledExpand(
  suite: Bytes,
  prk: Bytes,
  label: string,
  info: Bytes,
  length: number = KEY_LENGTH,
): Promise<Bytes> {
  const block = await hmac(prk, u16(length), utf8('HPKE-v1'), suite, utf8(label), info, Uint8Array.of(1));
  return block.slice(0, length);
}

async function sealingSecret(shared: Bytes, info: Bytes): Promise<Bytes> {
  const { secret, exporterSecret } = await keySchedule(shared, info);
  const exported = await exportFrom(exporterSecret, EXPORTER_CONTEXT);
  wipe(secret, exporterSecret);
  return exported;
}

function u16(value: number): Bytes {
  return Uint8Array.of(value >> 8, value & 255);
}

function utf8(text: string): Bytes {
  return new TextEncoder().encode(text);
}
