// Base64 with the alphabet of URLs, without padding. Only the one spelling of some bytes is read.

import type { Bytes } from '../sealing/platform.js';

export function toBase64Url(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** The bytes, or `undefined` where the text is not what {@link toBase64Url} would write. */
export function fromBase64Url(text: string): Bytes | undefined {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) return undefined;
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  // The last character may have bits that stand for nothing: two texts, one signature.
  return toBase64Url(bytes) === text ? bytes : undefined;
}
