// The sealing entry point by its public name, the same in every runtime. What it computes inside is checked against
// published vectors in sealing-vectors.ts.

import crate from '../vectors/hpke/sealed-by-hpke-crate.json';
import own from '../vectors/hpke/sealed-by-library.json';
import { type Case, equal, type Library } from './suite.js';

/** The entry point, however it was loaded. */
export type Sealing = typeof import('ductape-models/sealing');

/** More ways to print a value that this runtime has: Node's inspect and its like. */
export type Printers = Record<string, (value: unknown) => string>;

const ENC_CALLS = 10_000;
const ENC_PARTS = 5;
const ENC_AT_ONCE = 20;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const ENC = bytes(own.items[0]?.enc ?? '');
const INFO = new TextEncoder().encode('llm-models/v1 some context');

/** The points with which everybody agrees on zero, in every spelling that 32 bytes allow (RFC 7748, section 6.1). */
const SMALL_ORDER = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
];

/** Every case against `sealing`; `library` knows its errors. */
export function cases(library: Library, sealing: Sealing, printers: Printers = {}): Case[] {
  const { generateSealingKey, openWith, sealTo } = sealing;
  const list: Case[] = [];
  const test = (name: string, run: () => Promise<void>) => list.push({ name: `sealing: ${name}`, run });

  /** The error's code and field, and a proof that its text repeats nothing of `secret`. */
  const refusal = async (work: () => unknown, secret = ''): Promise<string> => {
    try {
      await work();
      return 'no error';
    } catch (error) {
      if (!library.DuctapeError.is(error)) return `foreign: ${error}`;
      const text = `${error.message} ${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`;
      if (secret.length > 5 && text.includes(secret)) return 'it repeats what it was given';
      return error.details.field === undefined ? error.code : `${error.code} ${error.details.field}`;
    }
  };

  test('r30b what the public half seals, the private half opens', async () => {
    const { publicKey, privateKey } = await generateSealingKey();
    const [seals, opens] = [sealTo(publicKey), openWith(privateKey)];
    equal(hex(seals.publicKey), hex(opens.publicKey));
    for (const size of [0, 1, 31, 64, 70_000]) {
      const info = crypto.getRandomValues(new Uint8Array(Math.min(size, 65_536)));
      const { enc, secret } = await seals.encapsulate(info);
      equal([enc.length, secret.length], [32, 32]);
      equal(hex(await opens.decapsulate(enc, info)), hex(secret));
    }
  });

  test('r30b the public half has nothing that opens', async () => {
    const seals = sealTo((await generateSealingKey()).publicKey);
    equal('decapsulate' in seals, false);
  });

  for (const [name, { items }] of Object.entries({ 'the hpke crate': crate, 'the library': own })) {
    test(`r30b ${items.length} secrets that ${name} sealed open`, async () => {
      for (const item of items) {
        const opens = openWith(item.privateKey);
        equal(hex(await opens.decapsulate(bytes(item.enc), bytes(item.info))), item.secret);
        equal(hex(sealTo(item.publicKey).publicKey), hex(opens.publicKey));
      }
    });
  }

  test('r30b another key or another info gives another secret', async () => {
    const [one, two] = [await generateSealingKey(), await generateSealingKey()];
    const { enc, secret } = await sealTo(one.publicKey).encapsulate(INFO);
    equal(hex(await openWith(two.privateKey).decapsulate(enc, INFO)) === hex(secret), false);
    for (const info of [INFO.slice(1), INFO.slice(0, -1), new Uint8Array(), Uint8Array.of(...INFO, 0)]) {
      equal(hex(await openWith(one.privateKey).decapsulate(enc, info)) === hex(secret), false);
    }
  });

  test('r27 every flipped bit of enc gives another secret', async () => {
    const { publicKey, privateKey } = await generateSealingKey();
    const opens = openWith(privateKey);
    const { enc, secret } = await sealTo(publicKey).encapsulate(INFO);
    for (let bit = 0; bit < 256; bit += 1) {
      const changed = enc.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
      equal(hex(await opens.decapsulate(changed, INFO)) === hex(secret), false);
    }
  });

  test('r27 points of small order are refused by both halves', async () => {
    const opens = openWith((await generateSealingKey()).privateKey);
    for (const point of SMALL_ORDER.flatMap((text) => [bytes(text), withHighBit(bytes(text))])) {
      equal(await refusal(() => opens.decapsulate(point, INFO)), 'tampered');
      const publicKey = await printed('lmp1', point);
      equal(await refusal(() => sealTo(publicKey).encapsulate(INFO)), 'tampered');
    }
  });

  const seen = new Set<string>();
  for (let part = 1; part <= ENC_PARTS; part += 1) {
    test(`r28 no enc and no secret repeats in ${ENC_CALLS} calls, part ${part} of ${ENC_PARTS}`, async () => {
      const seals = sealTo(own.items[0]?.publicKey ?? '');
      for (let call = 0; call < ENC_CALLS / ENC_PARTS; call += ENC_AT_ONCE) {
        const some = await Promise.all(Array.from({ length: ENC_AT_ONCE }, () => seals.encapsulate(INFO)));
        for (const { enc, secret } of some) seen.add(hex(enc)).add(hex(secret));
      }
      equal(seen.size, (2 * ENC_CALLS * part) / ENC_PARTS);
    });
  }

  test('r31 keys print as documented, and never twice the same', async () => {
    const printedKeys = new Set<string>();
    for (let round = 0; round < 50; round += 1) {
      const { publicKey, privateKey } = await generateSealingKey();
      equal(publicKey.length === 57 && privateKey.length === 100, true);
      const [pub, both] = [sealTo(publicKey).publicKey, fromBase64url(privateKey.split('.')[1] ?? '')];
      equal(publicKey, await printed('lmp1', pub));
      equal(privateKey, await printed('lms1', both));
      equal(hex(both.slice(32)), hex(pub));
      printedKeys.add(publicKey).add(privateKey);
    }
    equal(printedKeys.size, 100);
  });

  const makers = { publicKey: sealTo, privateKey: openWith } as const;
  const fields = Object.keys(makers) as (keyof typeof makers)[];

  test('r31 what is not a key of the right half is refused at once, by the name of the argument', async () => {
    const pair = await generateSealingKey();
    for (const field of fields) {
      const wrongHalf = pair[field === 'publicKey' ? 'privateKey' : 'publicKey'];
      const strange = [undefined, null, 7, {}, [], Symbol('key'), () => pair[field], new String(pair[field])];
      for (const text of [...malformed(pair[field]), wrongHalf, library.default.generateKey(), ...strange]) {
        const secret = typeof text === 'string' ? text : undefined;
        equal(await refusal(() => makers[field](text as string), secret), `invalid_input ${field}`);
      }
    }
  });

  test('r31 the wrong half is called by its name', async () => {
    const pair = await generateSealingKey();
    const message = (work: () => unknown) => {
      try {
        return String(work());
      } catch (error) {
        return (error as Error).message;
      }
    };
    equal(message(() => sealTo(pair.privateKey)).includes('not the private half'), true);
    equal(message(() => openWith(pair.publicKey)).includes('not the public half'), true);
    equal(message(() => sealTo(library.default.generateKey())).includes('not a product key'), true);
  });

  for (const field of fields) {
    test(`r31 every changed character of a ${field} is refused before the key is used`, async () => {
      const text = (await generateSealingKey())[field];
      for (let at = 0; at < text.length; at += 1) {
        for (const character of ALPHABET) {
          if (character === text[at]) continue;
          const changed = text.slice(0, at) + character + text.slice(at + 1);
          equal(await refusal(() => use(makers[field](changed)), changed), `invalid_input ${field}`);
        }
      }
    });
  }

  test('r31 a private half with the public half of another is refused', async () => {
    const [one, two] = [await generateSealingKey(), await generateSealingKey()];
    const mixed = [...privateBytes(one.privateKey), ...sealTo(two.publicKey).publicKey];
    const opens = openWith(await printed('lms1', Uint8Array.from(mixed)));
    for (let round = 0; round < 3; round += 1) equal(await refusal(() => use(opens)), 'invalid_input privateKey');
  });

  test('r62 a private half shows its bytes to nobody, before its first use and after', async () => {
    const { privateKey } = await generateSealingKey();
    const secret = privateBytes(privateKey);
    const needles = [privateKey.slice(5, 40), hex(secret), [...secret].join(), [...secret].join(', ')];
    const opens = openWith(privateKey);
    for (const round of ['before', 'after']) {
      for (const [name, text] of prints(opens, printers)) {
        const shown = needles.some((needle) => text.includes(needle));
        equal([round, name, shown], [round, name, false]);
      }
      await use(opens);
    }
    equal([String(opens), JSON.stringify({ opens })], ['[SealingPrivateKey]', '{"opens":"[SealingPrivateKey]"}']);
  });

  test('both halves are frozen and have no properties of their own', async () => {
    const pair = await generateSealingKey();
    for (const half of [sealTo(pair.publicKey), openWith(pair.privateKey)]) {
      equal([Object.isFrozen(half), Reflect.ownKeys(half), { ...half }], [true, [], {}]);
      equal(Reflect.set(half, 'publicKey', INFO) || Reflect.defineProperty(half, 'more', { value: 1 }), false);
      half.publicKey.fill(0);
      equal(hex(half.publicKey), hex(sealTo(pair.publicKey).publicKey));
    }
  });

  test('r62 the private bytes enter the platform once, and cannot be taken out', async () => {
    const { publicKey, privateKey } = await generateSealingKey();
    const secret = hex(privateBytes(privateKey));
    const { enc, secret: sealed } = await sealTo(publicKey).encapsulate(INFO);
    const opens = openWith(privateKey);
    const imports: unknown[] = [];
    const report = (call: string, [format, content, , extractable]: unknown[]) => {
      const taken = call === 'importKey' && format === 'pkcs8';
      if (taken) imports.push([hex(content as Uint8Array).endsWith(secret), extractable]);
    };
    await withCrypto(watched(report), async () => {
      for (let round = 0; round < 3; round += 1) equal(hex(await opens.decapsulate(enc, INFO)), hex(sealed));
    });
    equal(imports, [[true, false]]);
  });

  test('r62 no buffer keeps a private key or what was derived from it', async () => {
    const [given, copied] = [new Set<Uint8Array>(), new Set<Uint8Array>()];
    const report = (call: string, args: unknown[]) => {
      const isPoint = call === 'importKey' && (args[2] as { name: string }).name === 'X25519' && args[0] === 'raw';
      for (const content of args) if (content instanceof Uint8Array && !isPoint) given.add(content);
    };
    const pair = await withCrypto(watched(report), () =>
      withSet(copied, async () => {
        const made = await generateSealingKey();
        const { enc } = await sealTo(made.publicKey).encapsulate(INFO);
        await openWith(made.privateKey).decapsulate(enc, INFO);
        return made;
      }),
    );
    const secret = hex(privateBytes(pair.privateKey));
    equal([given.size > 20, copied.size > 20], [true, true]);
    equal([...given].filter((content) => content.some((byte) => byte !== 0)).length, 0);
    equal([...copied].filter((content) => hex(content).includes(secret)).length, 0);
  });

  test('first uses at the same time share one import', async () => {
    const { publicKey, privateKey } = await generateSealingKey();
    const [seals, opens] = [sealTo(publicKey), openWith(privateKey)];
    const sealed = await Promise.all(Array.from({ length: 30 }, () => seals.encapsulate(INFO)));
    const opened = await Promise.all(sealed.map(({ enc }) => opens.decapsulate(enc, INFO)));
    equal(
      opened.map(hex),
      sealed.map(({ secret }) => hex(secret)),
    );
  });

  test('buffers that the caller changes during a call do not matter', async () => {
    const { publicKey, privateKey } = await generateSealingKey();
    const info = INFO.slice();
    const sealing = sealTo(publicKey).encapsulate(info);
    info.fill(0);
    const { enc, secret } = await sealing;
    const [changing, bound] = [enc.slice(), INFO.slice()];
    const opening = openWith(privateKey).decapsulate(changing, bound);
    changing.fill(0);
    bound.fill(0);
    equal(hex(await opening), hex(secret));
  });

  test('arguments that are no bytes are refused by name', async () => {
    const { publicKey, privateKey } = await generateSealingKey();
    const strange = [undefined, null, 'text', [1, 2], new ArrayBuffer(32), new Uint16Array(16), { length: 32 }];
    const tagged = { length: 32, [Symbol.toStringTag]: 'Uint8Array' };
    for (const value of [...strange, tagged] as Uint8Array[]) {
      equal(await refusal(() => sealTo(publicKey).encapsulate(value)), 'invalid_input info');
      equal(await refusal(() => openWith(privateKey).decapsulate(ENC, value)), 'invalid_input info');
      equal(await refusal(() => openWith(privateKey).decapsulate(value, INFO)), 'invalid_input enc');
    }
    for (const length of [0, 31, 33, 64]) {
      const enc = new Uint8Array(length);
      equal(await refusal(() => openWith(privateKey).decapsulate(enc, INFO)), 'invalid_input enc');
    }
  });

  test('a runtime without X25519, WebCrypto or randomness says so by code', async () => {
    const { publicKey, privateKey } = await generateSealingKey();
    const all = [
      () => generateSealingKey(),
      () => sealTo(publicKey).encapsulate(INFO),
      () => openWith(privateKey).decapsulate(ENC, INFO),
    ];
    for (const work of all) {
      equal(await withCrypto(withoutX25519(), () => refusal(work)), 'unsupported_version');
      equal(await withCrypto({ getRandomValues: random }, () => refusal(work)), 'unsupported_version');
      equal(await withCrypto(undefined, () => refusal(work)), 'unsupported_version');
    }
    const broken = { subtle: crypto.subtle, getRandomValues: fails };
    equal(await withCrypto(broken, () => refusal(generateSealingKey)), 'entropy_unavailable');
  });

  return list;
}

/** One call, whichever half it is. */
async function use(half: ReturnType<Sealing['sealTo']> | ReturnType<Sealing['openWith']>): Promise<void> {
  if ('encapsulate' in half) await half.encapsulate(INFO);
  else await half.decapsulate(ENC, INFO);
}

/** Texts that are nearly `good`, each with one fault that needs no checksum to be seen. */
function malformed(good: string): string[] {
  const [prefix = '', body = '', checksum = ''] = good.split('.');
  const last = ALPHABET.indexOf(body.slice(-1));
  const loose = body.slice(0, -1) + ALPHABET.charAt(last ^ 1);
  const join = (...parts: string[]) => parts.join('.');
  return [
    '',
    '.',
    '..',
    prefix,
    body,
    join(prefix, body),
    join(prefix, body, ''),
    join(prefix, '', checksum),
    join('', body, checksum),
    join(prefix.toUpperCase(), body, checksum),
    join('lmp2', body, checksum),
    join('constructor', body, checksum),
    join(prefix, loose, checksum),
    join(prefix, `${body}=`, checksum),
    join(prefix, `${body}A`, checksum),
    join(prefix, `AAAA${body}`, checksum),
    join(prefix, body.slice(1), checksum),
    join(prefix, `${body.slice(0, -1)}+`, checksum),
    join(prefix, `${body.slice(0, -1)}\u0100`, checksum),
    join(prefix, body, `${checksum}0`),
    join(prefix, body, checksum.slice(1)),
    join(prefix, body, 'ABCDEF01'),
    join(prefix, body, '0000000g'),
    join(prefix, body, checksum, ''),
    join(prefix, body, checksum, checksum),
    ` ${good}`,
    `${good} `,
    `${good}\n`,
    `\ufeff${good}`,
    good.replaceAll('.', '\uff0e'),
  ];
}

/** Everything that printing and copying a value comes to. */
function prints(value: object, printers: Printers): [string, string][] {
  const caught = (work: () => unknown) => {
    try {
      return describe(work());
    } catch (error) {
      return String(error);
    }
  };
  const ways: Printers = {
    String,
    template: (it) => `${it}`,
    plus: (it) => `${it}${Object(it)}`,
    json: (it) => JSON.stringify({ it, list: [it] }),
    spread: (it) => JSON.stringify({ ...(it as object) }),
    clone: (it) => describe(structuredClone(it)),
    assign: (it) => describe(Object.assign({}, it)),
    entries: (it) => describe(Object.entries(it as object)),
    keys: (it) =>
      Reflect.ownKeys(it as object)
        .map(String)
        .join(),
    chain: (it) => describe(chain(it as object)),
    regexp: () => describe(Reflect.get(RegExp, '$_')),
    source: (it) => String((it as object).constructor),
    ...printers,
  };
  return Object.entries(ways).map(([name, print]) => [name, caught(() => print(value))]);
}

function describe(value: unknown): string {
  return `${String(value)} ${JSON.stringify(value)}`;
}

/** What every property on the way to Object.prototype holds, getters called. */
function chain(value: object): unknown[] {
  const found: unknown[] = [];
  for (let at: object | null = value; at !== null && at !== Object.prototype; at = Reflect.getPrototypeOf(at)) {
    for (const key of Reflect.ownKeys(at)) {
      const held: unknown = Reflect.get(at, key, value);
      found.push(held instanceof Uint8Array ? hex(held) : String(held));
    }
  }
  return found;
}

/** Runs `work` while the global `crypto` is another. */
async function withCrypto<T>(other: unknown, work: () => Promise<T>): Promise<T> {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'crypto');
  Object.defineProperty(globalThis, 'crypto', { value: other, configurable: true });
  try {
    return await work();
  } finally {
    if (before === undefined) Reflect.deleteProperty(globalThis, 'crypto');
    else Object.defineProperty(globalThis, 'crypto', before);
  }
}

/** The platform's own, every call reported. */
function watched(report: (call: string, args: unknown[]) => void): object {
  const real = crypto.subtle as unknown as Record<string, (...args: unknown[]) => unknown>;
  const call =
    (name: string) =>
    (...args: unknown[]) => {
      report(name, args);
      return real[name]?.call(real, ...args);
    };
  const names = ['deriveBits', 'digest', 'exportKey', 'generateKey', 'importKey', 'sign'];
  return { getRandomValues: random, subtle: Object.fromEntries(names.map((name) => [name, call(name)])) };
}

/** Runs `work` while every array of bytes that is copied from or into is kept. */
async function withSet<T>(copied: Set<Uint8Array>, work: () => Promise<T>): Promise<T> {
  const prototype = Reflect.getPrototypeOf(Uint8Array.prototype) as Uint8Array;
  const { set } = prototype;
  prototype.set = function (this: Uint8Array, source: ArrayLike<number>, at?: number) {
    for (const content of [this, source]) if (content instanceof Uint8Array) copied.add(content);
    set.call(this, source, at);
  };
  try {
    return await work();
  } finally {
    prototype.set = set;
  }
}

/** As browsers were before they had the curve. */
function withoutX25519(): object {
  const real = crypto.subtle;
  const unknown = async () => {
    throw new DOMException('Unrecognized name: X25519', 'NotSupportedError');
  };
  const digest = (algorithm: string, data: BufferSource) => real.digest(algorithm, data);
  return { getRandomValues: random, subtle: { digest, importKey: unknown, generateKey: unknown } };
}

const original = crypto;

function random(array: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return original.getRandomValues(array);
}

function fails(): never {
  throw new Error('no entropy');
}

/** The printed form, by an implementation of its own. */
async function printed(prefix: string, content: Uint8Array): Promise<string> {
  const label = new TextEncoder().encode('llm-models/key-checksum/v1');
  const digest = new Uint8Array(await original.subtle.digest('SHA-256', Uint8Array.of(...label, ...content)));
  const body = btoa(String.fromCharCode(...content))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
  return `${prefix}.${body}.${hex(digest.slice(0, 4))}`;
}

function fromBase64url(text: string): Uint8Array {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

function privateBytes(privateKey: string): Uint8Array {
  return fromBase64url(privateKey.split('.')[1] ?? '').slice(0, 32);
}

function withHighBit(point: Uint8Array): Uint8Array {
  return point.map((byte, at) => (at === 31 ? byte | 128 : byte));
}

function hex(content: Uint8Array): string {
  return Array.from(content, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
