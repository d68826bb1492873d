// What both halves of the store over HTTP share: the words of the protocol and how bodies are read.

import { failure, MAX_KEY_BYTES } from '../checks.js';

/** The part of a byte stream that is used. */
export interface Chunks {
  getReader(): { read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>; cancel(): Promise<unknown> };
}

/** The longest value where nobody says otherwise. */
export const MAX_VALUE_BYTES = 1_048_576;

/** Most keys of one page. */
export const MAX_PAGE = 1000;

/** A page of the longest keys, each character escaped. */
export const MAX_PAGE_BYTES: number = MAX_PAGE * MAX_KEY_BYTES * 6 + 65_536;

/** The content type of values. */
export const TEXT = 'text/plain; charset=utf-8';

/** The code of a 404 that is about the record, not about the address. */
export const NOT_FOUND = 'record_not_found';

/** URLs are normalised on the way: such segments would lead to another key. */
export function hasSafeSegments(key: string): boolean {
  return key.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..');
}

/** A body's bytes, or nothing where there are more than allowed. Counts instead of believing a length. */
export async function collect(body: Chunks | null, maxBytes: number): Promise<Uint8Array | undefined> {
  const reader = body?.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let part = await reader?.read(); part?.value !== undefined; part = await reader?.read()) {
    size += part.value.length;
    if (size > maxBytes) {
      await reader?.cancel().catch(() => undefined);
      return undefined;
    }
    chunks.push(part.value);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** Not `text()`, which drops a byte order mark and replaces what is no UTF-8: values come back as they were put. */
export function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** A wrong option or key. */
export function invalid(field: string, expected: string): Error {
  return failure('invalid_input', `${field}: expected ${expected}`);
}
