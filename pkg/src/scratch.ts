// Texts on their way into the core, written over one array: the memory of a fresh one for each costs a long call 7 % of its
// time, and would be left to the collector with whatever key is in it.

/** What is kept between texts. A longer one gets an array of its own. */
const KEPT_BYTES = 1 << 20;
const FIRST_BYTES = 1 << 12;

let encoder: TextEncoder | undefined;
let kept: Uint8Array | undefined;

/**
 * What `use` makes of the UTF-8 of a text. It must be done with the bytes when it returns, and before it comes here again:
 * the text may hold an API key, so they are wiped, and the next text is written over them.
 */
export function withUtf8<T>(text: string, use: (bytes: Uint8Array) => T): T {
  const room = roomFor(text.length);
  const [bytes, length] = written(text, room) ?? (written(text, roomFor(text.length * 3)) as [Uint8Array, number]);
  try {
    return use(bytes.subarray(0, length));
  } finally {
    bytes.fill(0, 0, length);
  }
}

/** The array that holds the text now, and how much of it; nothing where it has too little room. */
function written(text: string, room: Uint8Array): [Uint8Array, number] | undefined {
  // A runtime may lack an encoder until its first call.
  encoder ??= new TextEncoder();
  const { read, written } = encoder.encodeInto(text, room);
  if (read === text.length) return [room, written];
  room.fill(0, 0, written);
  return undefined;
}

/** At least this many bytes. */
function roomFor(length: number): Uint8Array {
  if (kept !== undefined && length <= kept.length) return kept;
  if (length > KEPT_BYTES) return new Uint8Array(length);
  // By doubling: a conversation grows with every call.
  let size = kept?.length ?? FIRST_BYTES;
  while (size < length) size *= 2;
  kept = new Uint8Array(size);
  return kept;
}
