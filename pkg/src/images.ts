// Pictures in messages, in the one form that the core takes: base64 with a media type, or an address.

import { invalid } from './errors.js';
import type { Special } from './plain.js';

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

/** Takes the `image` field of an image part where it is bytes or a `URL`; a part itself is rewritten as a whole. */
export const imagePart: Special = (value, path) => {
  if (Object.getOwnPropertyDescriptor(value, 'type')?.value !== 'image') return undefined;
  const image: unknown = Object.getOwnPropertyDescriptor(value, 'image')?.value;
  const given: unknown = Object.getOwnPropertyDescriptor(value, 'mediaType')?.value;
  if (given !== undefined && typeof given !== 'string') throw invalid(`${path}.mediaType`, 'a text');
  const source = image instanceof Uint8Array ? fromBytes(image, given, path) : fromAddress(image, given, path);
  return (
    source && Object.assign(Object.create(null), { type: 'image', image: Object.assign(Object.create(null), source) })
  );
};

type Source = { data: string; mediaType: string } | { url: string };

function fromBytes(bytes: Uint8Array, given: string | undefined, path: string): Source {
  const mediaType = given ?? SIGNATURES.find(([, start]) => start.every((byte, at) => bytes[at] === byte))?.[0];
  if (mediaType === undefined) throw invalid(`${path}.mediaType`, "the bytes' media type, which they do not tell");
  return { data: base64(bytes), mediaType };
}

function fromAddress(image: unknown, given: string | undefined, path: string): Source | undefined {
  const text = image instanceof URL ? image.href : image;
  // Already in the core's form, or something that the core has the right words for.
  if (typeof text !== 'string') return undefined;
  if (!text.startsWith('data:')) return { url: text };
  const parts = DATA_ADDRESS.exec(text);
  if (parts === null) throw invalid(`${path}.image`, 'a data: address with a media type and base64');
  return { data: parts[2] ?? '', mediaType: given ?? parts[1] ?? '' };
}

function base64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += SLICE) {
    binary += String.fromCharCode(...bytes.subarray(at, at + SLICE));
  }
  return btoa(binary);
}
