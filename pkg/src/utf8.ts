// UTF-8 in plain script, for runtimes without TextEncoder and TextDecoder.

/** What `TextEncoder` does. */
export class Utf8Encoder {
  encode(text = ''): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(text.length * 3);
    return bytes.slice(0, this.encodeInto(text, bytes).written);
  }

  encodeInto(text: string, bytes: Uint8Array): { read: number; written: number } {
    let [read, written] = [0, 0];
    for (const character of text) {
      const code = character.codePointAt(0) ?? 0;
      const point = code >= 0xd800 && code <= 0xdfff ? REPLACEMENT : code;
      const size = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
      if (written + size > bytes.length) break;
      for (let left = size - 1; left >= 0; left -= 1) {
        const bits = point >> (6 * left);
        const isFirst = left === size - 1;
        bytes[written] = isFirst ? (LEADS[size - 1] as number) | bits : 0x80 | (bits & 0x3f);
        written += 1;
      }
      read += character.length;
    }
    return { read, written };
  }
}

/** What `TextDecoder` does with `ignoreBOM`, for whole texts: nothing here decodes in pieces. */
export class Utf8Decoder {
  readonly #isFatal: boolean;

  constructor(_label = 'utf-8', options: { fatal?: boolean; ignoreBOM?: boolean } = {}) {
    this.#isFatal = options.fatal === true;
  }

  decode(bytes: Uint8Array = new Uint8Array()): string {
    let text = '';
    for (let at = 0; at < bytes.length; ) {
      const { point, size } = pointAt(bytes, at);
      if (point === undefined && this.#isFatal) throw new TypeError('not UTF-8');
      text += String.fromCodePoint(point ?? REPLACEMENT);
      at += size;
    }
    return text;
  }
}

const REPLACEMENT = 0xfffd;
const LEADS = [0, 0xc0, 0xe0, 0xf0];
/** The least code point that a sequence of this length may say. */
const LEAST = [0, 0, 0x80, 0x800, 0x10000];

/** A code point and its length; where there is none, the length of what stands in its place. */
function pointAt(bytes: Uint8Array, at: number): { point?: number; size: number } {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return { point: first, size: 1 };
  const size =
    first >= 0xf0 && first < 0xf5 ? 4 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xc2 && first < 0xe0 ? 2 : 0;
  if (size === 0) return { size: 1 };
  let point = first & (0x7f >> size);
  for (let next = 1; next < size; next += 1) {
    const byte = bytes[at + next] ?? 0;
    if ((byte & 0xc0) !== 0x80 || !isPossible(point, next, size, byte)) return { size: next };
    point = (point << 6) | (byte & 0x3f);
  }
  return { point, size };
}

/** The second byte decides whether a sequence is overlong, half a surrogate pair, or beyond Unicode. */
function isPossible(lead: number, place: number, size: number, byte: number): boolean {
  if (place !== 1) return true;
  const high = ((lead << 6) | (byte & 0x3f)) << (6 * (size - 2));
  const isSurrogate = size === 3 && high >= 0xd800 && high <= 0xdfff;
  return high >= (LEAST[size] as number) && high <= 0x10ffff && !isSurrogate;
}
