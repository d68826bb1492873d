// The text of sealing keys, to bytes and back. No regular expression touches it: RegExp.input would keep a private key.

import { invalid } from '../errors.js';
import { type Bytes, concat, KEY_LENGTH, sha256, wipe } from './platform.js';

/** One of the two printed forms. */
export interface Form {
  /** The argument that takes it, for errors. */
  readonly field: string;
  readonly prefix: string;
  readonly bytes: number;
  readonly half: string;
}

export const PUBLIC: Form = { field: 'publicKey', prefix: 'lmp1', bytes: KEY_LENGTH, half: 'public' };

/** The private bytes, then the public ones. */
export const PRIVATE: Form = { field: 'privateKey', prefix: 'lms1', bytes: 2 * KEY_LENGTH, half: 'private' };

/** Prefixes of keys that somebody may hold in the wrong hand, and what to call them. */
const OTHERS: Readonly<Record<string, string>> = {
  lmp1: 'the public half',
  lms1: 'the private half',
  lmk1: 'a product key',
};

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const HEX = '0123456789abcdef';
const CHECKSUM_DIGITS = 8;
const LABEL = new TextEncoder().encode('llm-models/key-checksum/v1');

/** What a text said, its checksum still unverified: SHA-256 takes an await. */
export interface Parsed {
  readonly bytes: Bytes;
  readonly checksum: string;
}

/** Reads `text`, whose every key has one spelling only. @throws DuctapeError `invalid_input`, without the text. */
export function parse(form: Form, text: unknown): Parsed {
  if (typeof text !== 'string') throw refused(form, 'as a string');
  const [prefix = '', body = '', checksum = '', ...rest] = text.split('.', 4);
  if (prefix !== form.prefix) {
    const other = Object.hasOwn(OTHERS, prefix) ? OTHERS[prefix] : undefined;
    throw refused(form, other === undefined ? '' : `and not ${other}`);
  }
  const bytes = rest.length === 0 && isChecksum(checksum) ? decode(body, form.bytes) : undefined;
  if (bytes === undefined) throw refused(form, 'in full and as it was printed');
  return { bytes, checksum };
}

/** @throws DuctapeError `invalid_input` where the checksum belongs to other bytes. */
export async function verify(form: Form, { bytes, checksum }: Parsed): Promise<void> {
  if ((await checksumOf(bytes)) === checksum) return;
  throw refused(form, 'whose checksum fits: this one was cut short or changed');
}

export async function print(form: Form, bytes: Bytes): Promise<string> {
  return `${form.prefix}.${encode(bytes)}.${await checksumOf(bytes)}`;
}

/** `invalid_input` for the field of `form`. */
export function refused(form: Form, more: string): Error {
  const what = ['the', form.half, 'half of a sealing key,', form.prefix, 'text', more].filter((word) => word !== '');
  return invalid(form.field, `${what.join(' ')}; generateSealingKey() makes one`);
}

async function checksumOf(bytes: Bytes): Promise<string> {
  const labelled = concat(LABEL, bytes);
  const digest = await sha256(labelled);
  wipe(labelled);
  return [...digest.subarray(0, CHECKSUM_DIGITS / 2)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function isChecksum(text: string): boolean {
  return text.length === CHECKSUM_DIGITS && [...text].every((digit) => HEX.includes(digit));
}

/** Canonical base64url without padding, or nothing: the bits left over must be zero. */
function decode(text: string, length: number): Bytes | undefined {
  if (text.length !== Math.ceil((8 * length) / 6)) return undefined;
  const out = new Uint8Array(length);
  let [held, bits, at] = [0, 0, 0];
  for (let i = 0; i < text.length; i += 1) {
    const value = ALPHABET.indexOf(text.charAt(i));
    if (value < 0) return undefined;
    held = (held << 6) | value;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    out[at] = held >> bits;
    held &= (1 << bits) - 1;
    at += 1;
  }
  return held === 0 ? out : undefined;
}

function encode(bytes: Bytes): string {
  let [out, held, bits] = ['', 0, 0];
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      out += ALPHABET.charAt(held >> bits);
      held &= (1 << bits) - 1;
    }
  }
  return bits === 0 ? out : out + ALPHABET.charAt(held << (6 - bits));
}
