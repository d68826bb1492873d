// Short texts out of the core: a runtime's decoder takes longer to begin than to read so little, and most texts that cross
// while an answer streams are the words of one event.

const LONGEST = 16;

/** The text of `length` bytes from `start` on, where it is short and ASCII. */
export function shortText(bytes: Uint8Array, start: number, length: number): string | undefined {
  if (length > LONGEST) return undefined;
  const end = start + length;
  let text = '';
  let seen = 0;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    const a = bytes[at] as number;
    const b = bytes[at + 1] as number;
    const c = bytes[at + 2] as number;
    const d = bytes[at + 3] as number;
    seen |= a | b | c | d;
    text += String.fromCharCode(a, b, c, d);
  }
  for (; at < end; at += 1) {
    const byte = bytes[at] as number;
    seen |= byte;
    text += String.fromCharCode(byte);
  }
  return seen < 128 ? text : undefined;
}
