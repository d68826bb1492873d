// The module's bytes, from the text that the build put beside them: one character for a common byte value, a prefix and
// one character for each of the others. The build script's `escape` step writes it.

import { length, order, text } from '../wasm/text.js';

const FIRST = 0x20;
const LAST = 0x7e;
const ABSENT = '"\\<';
const PREFIXES = '~}';

/** The bytes of the module. They are written over those of the text, which are more. */
export function moduleBytes(): Uint8Array<ArrayBuffer> {
  const { values, ranks } = tables();
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  for (let index = 0; index < bytes.length; index += 1, at += 1) {
    const value = values[bytes[index] as number] as number;
    if (value >= 0) {
      bytes[at] = value;
    } else {
      index += 1;
      bytes[at] = order[(ranks[bytes[index] as number] as number) - value] as number;
    }
  }
  return bytes.subarray(0, length);
}

/**
 * By character code: `values` is the byte that a single character stands for, or for a prefix the negated place in
 * `order` at which its two-character codes start; `ranks` is a second character's place.
 */
function tables(): { values: Int16Array; ranks: Uint8Array } {
  const values = new Int16Array(LAST + 1);
  const ranks = new Uint8Array(LAST + 1);
  let [single, rank] = [0, 0];
  for (let code = FIRST; code <= LAST; code += 1) {
    const character = String.fromCharCode(code);
    if (ABSENT.includes(character)) continue;
    ranks[code] = rank;
    rank += 1;
    if (PREFIXES.includes(character)) continue;
    values[code] = order[single] ?? 0;
    single += 1;
  }
  for (let prefix = 0; prefix < PREFIXES.length; prefix += 1) {
    values[PREFIXES.charCodeAt(prefix)] = -(single + prefix * rank);
  }
  return { values, ranks };
}
