// The two halves as objects: frozen, without properties of their own, with nothing to print.

import { invalid } from '../errors.js';
import type { SealingPrivateKey, SealingPublicKey } from '../types.js';
import { open, seal } from './hpke.js';
import { type Bytes, importPrivate, KEY_LENGTH, type PlatformKey, publicHalf, wipe } from './platform.js';
import { type Parsed, PRIVATE, PUBLIC, parse, refused, verify } from './printed.js';

/** Says its name to whoever prints it, and no more. */
abstract class Opaque {
  abstract get [Symbol.toStringTag](): string;

  toString(): string {
    return `[${this[Symbol.toStringTag]}]`;
  }

  toJSON(): string {
    return this.toString();
  }
}

export class PublicHalf extends Opaque implements SealingPublicKey {
  readonly #parsed: Parsed;
  #verified: Promise<void> | undefined;

  constructor(text: string) {
    super();
    this.#parsed = parse(PUBLIC, text);
    Object.freeze(this);
  }

  get [Symbol.toStringTag](): string {
    return 'SealingPublicKey';
  }

  get publicKey(): Bytes {
    return this.#parsed.bytes.slice();
  }

  async encapsulate(info: Uint8Array): Promise<{ enc: Bytes; secret: Bytes }> {
    const context = copyOf('info', info);
    this.#verified ??= verify(PUBLIC, this.#parsed);
    await this.#verified;
    return seal(this.#parsed.bytes, context);
  }
}

export class PrivateHalf extends Opaque implements SealingPrivateKey {
  readonly #public: Bytes;
  readonly #parsed: Parsed;
  #imported: Promise<PlatformKey> | undefined;

  constructor(text: string) {
    super();
    this.#parsed = parse(PRIVATE, text);
    this.#public = this.#parsed.bytes.slice(KEY_LENGTH);
    Object.freeze(this);
  }

  get [Symbol.toStringTag](): string {
    return 'SealingPrivateKey';
  }

  get publicKey(): Bytes {
    return this.#public.slice();
  }

  async decapsulate(enc: Uint8Array, info: Uint8Array): Promise<Bytes> {
    const point = copyOf('enc', enc, KEY_LENGTH);
    const context = copyOf('info', info);
    this.#imported ??= intoPlatform(this.#parsed);
    return open(await this.#imported, this.#public, point, context);
  }
}

/** Moves the private bytes into a key that cannot be taken out again. They are gone from here then, whatever happens. */
async function intoPlatform(parsed: Parsed): Promise<PlatformKey> {
  const { bytes } = parsed;
  try {
    await verify(PRIVATE, parsed);
    const key = await importPrivate(bytes.subarray(0, KEY_LENGTH));
    const half = await publicHalf(key);
    if (half.every((byte, i) => byte === bytes[KEY_LENGTH + i])) return key;
    throw refused(PRIVATE, 'whose public half belongs to it');
  } finally {
    wipe(bytes);
  }
}

/** The caller's bytes as they are now: between two awaits they could change. */
function copyOf(field: string, value: unknown, length?: number): Bytes {
  const fits = isBytes(value) && (length === undefined || value.length === length);
  if (!fits) throw invalid(field, length === undefined ? 'a Uint8Array' : `a Uint8Array of ${length} bytes`);
  return new Uint8Array(value);
}

/** Also those of another realm, which `instanceof` does not know. */
function isBytes(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && Object.prototype.toString.call(value) === '[object Uint8Array]';
}
