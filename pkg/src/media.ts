// Pictures and documents in messages, in the one form that the core takes: base64 with a media type, or an address.

import { invalid } from './errors.js';
import type { Place, Special } from './plain.js';

const DATA_ADDRESS = /^data:([\w.+-]+\/[\w.+-]+);base64,([A-Za-z0-9+/]*={0,2})$/;

/** How many bytes `btoa` is given at a time; more would overflow the argument list. */
const SLICE = 0x6000;

/** First bytes of the formats that providers take. */
const SIGNATURES: readonly (readonly [string, readonly number[]])[] = [
  ['image/png', [0x89, 0x50, 0x4e, 0x47]],
  ['image/jpeg', [0xff, 0xd8, 0xff]],
  ['image/gif', [0x47, 0x49, 0x46, 0x38]],
  ['image/webp', [0x52, 0x49, 0x46, 0x46]],
];

/** Rewrites image and file parts that hold bytes or a `URL`; everything else is left to the core. */
export const mediaPart: Special = (value, at) => {
  const own = (name: string): unknown => Object.getOwnPropertyDescriptor(value, name)?.value;
  const type = own('type');
  if (type !== 'image' && type !== 'file') return undefined;
  const given = own('mediaType');
  if (given !== undefined && typeof given !== 'string') throw invalid(at('mediaType'), 'a text');
  return type === 'image' ? imagePart(own('image'), given, at) : filePart(own, given, at);
};

function imagePart(image: unknown, given: string | undefined, at: Place): unknown {
  const source = image instanceof Uint8Array ? fromBytes(image, given, at) : fromAddress(image, given, at);
  return source && bare({ type: 'image', image: bare(source) });
}

function filePart(own: (name: string) => unknown, given: string | undefined, at: Place): unknown {
  const data = own('data');
  const text = data instanceof Uint8Array ? base64(data) : data instanceof URL ? data.href : undefined;
  if (text === undefined) return undefined;
  const filename = own('filename');
  if (filename !== undefined && typeof filename !== 'string') throw invalid(at('filename'), 'a text');
  return bare({ type: 'file', data: text, mediaType: given, filename });
}

function bare(fields: object): unknown {
  return Object.assign(Object.create(null), fields);
}

type Source = { data: string; mediaType: string } | { url: string };

function fromBytes(bytes: Uint8Array, given: string | undefined, at: Place): Source {
  const mediaType = given ?? SIGNATURES.find(([, start]) => start.every((byte, index) => bytes[index] === byte))?.[0];
  if (mediaType === undefined) throw invalid(at('mediaType'), "the bytes' media type, which they do not tell");
  return { data: base64(bytes), mediaType };
}

function fromAddress(image: unknown, given: string | undefined, at: Place): Source | undefined {
  const text = image instanceof URL ? image.href : image;
  // Already in the core's form, or something that the core has the right words for.
  if (typeof text !== 'string') return undefined;
  if (!text.startsWith('data:')) return { url: text };
  const parts = DATA_ADDRESS.exec(text);
  if (parts === null) throw invalid(at('image'), 'a data: address with a media type and base64');
  return { data: parts[2] ?? '', mediaType: given ?? parts[1] ?? '' };
}

function base64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += SLICE) {
    binary += String.fromCharCode(...bytes.subarray(at, at + SLICE));
  }
  return btoa(binary);
}
