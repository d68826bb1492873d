// Pictures and documents of an SDK prompt, in the forms that calls of this library take.

import type { FilePart, ImagePart, TextPart } from '../call-types.js';
import { unsupported } from './errors.js';
import type { AiFileData, AiFilePart } from './types.js';

/** A type and a subtype; the SDK also says `image` or `image/*` where it does not know better. */
const FULL_TYPE = /^[\w.+-]+\/[\w.+-]+$/;

type Source = Uint8Array | string | { readonly href: string };

/** The part as calls take it. A document of plain text becomes text. */
export function mediaPart(part: AiFilePart): TextPart | ImagePart | FilePart {
  const source = sourceOf(part.data);
  if ('text' in source) return { type: 'text', text: source.text };
  const isImage = /^image(\/|$)/.test(part.mediaType);
  const mediaType = FULL_TYPE.test(part.mediaType) ? part.mediaType : undefined;
  if (isImage) return { type: 'image', image: imageOf(source.data, mediaType), mediaType };
  return { type: 'file', data: textOf(source.data), mediaType, filename: part.filename };
}

function sourceOf(data: AiFileData): { data: Source } | { text: string } {
  if (typeof data === 'string' || data instanceof Uint8Array || !('type' in data)) return { data };
  switch (data.type) {
    case 'data':
      return { data: data.data };
    case 'url':
      return { data: data.url };
    case 'text':
      return { text: data.text };
    default:
      throw unsupported('files by reference');
  }
}

/** Base64 needs its media type beside it. Where none is known, the bytes tell. */
function imageOf(source: Source, mediaType: string | undefined): Uint8Array | string {
  const image = textOf(source);
  if (typeof image !== 'string' || isAddress(image)) return image;
  return mediaType === undefined ? bytesOf(image) : `data:${mediaType};base64,${image}`;
}

function textOf(source: Source): Uint8Array | string {
  return typeof source === 'string' || source instanceof Uint8Array ? source : source.href;
}

/** Base64 has no colon. */
function isAddress(text: string): boolean {
  return /^[a-z]+:/i.test(text.slice(0, 8));
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
