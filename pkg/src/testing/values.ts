/** Values, keys and chance for the cases: the same in every run, so that a failure can be repeated. */

/** Values that stores like to change: by trimming, parsing, normalising, or by cutting at some length. */
export function awkwardValues(): readonly string[] {
  return [
    ...[1, 2, 255, 256, 4095, 4096, 65_535, 65_536, 1_048_576].map((length) => patterned(length)),
    ' leading and trailing ',
    '\n\r\n\r\t\u0000\u001f\u007f\u2028\u2029',
    'line one\nline two\r\nline three\rline four',
    '\ufeffbyte order mark',
    // The same letter composed and decomposed, and one that NFKC would replace.
    '\u00e9 e\u0301 \u212b \ufb01',
    planes(),
    ...['null', 'undefined', 'true', '0', '1', '-0', '1e3', '"quoted"', '{"a":1}', '[1,2]', '{"a":'],
    '%2F%00+&=?#\\u0041\\n$(x){{x}}',
    `{"__proto__":{"polluted":true},"constructor":null}`,
    '\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67 \u202eright to left\u202c',
  ];
}

/** Keys within the documented alphabet that are names of something elsewhere, or nearly one another. */
export function awkwardKeys(under: string): readonly string[] {
  const names = [
    ...['a', 'a-', 'a_', 'a~2f', 'a~3a', 'a~3f', 'a~24', '~41', 'ab', 'a~', '~', '~~', '-', '_', '0', '00'],
    ...['__proto__', 'constructor', 'to~53tring', 'prototype', 'null', 'undefined', '~2e~2e', '~2e'],
    ...['con', 'nul', 'com1', 'lock', 'tmp', 'value', '~65~cc~81', '~c3~a9', `~~${'a'.repeat(52)}`],
    ...['x'.repeat(179), 'x'.repeat(180), `${'x'.repeat(179)}y`],
  ];
  // A key that is the folder of another one.
  return [...names.map((name) => under + name), `${under}a/b`, `${under}a/b/c`, `${under}con/nul`];
}

/** One character of every assigned plane, and of the edges of the planes. */
function planes(): string {
  const points = [0x20, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xfffd, 0xffff];
  for (let plane = 1; plane <= 16; plane += 1)
    points.push(plane * 0x10000, plane * 0x10000 + 0x1234, plane * 0x10000 + 0xffff);
  return points.map((point) => String.fromCodePoint(point)).join('');
}

/** Text of a length in bytes in which no two stretches are alike, so that a cut or a swap shows. */
export function patterned(length: number): string {
  let text = '';
  for (let line = 0; text.length < length; line += 1) text += `${line.toString(36)}:`;
  return text.slice(0, length);
}

/** Chance that repeats: answers with whole numbers from 0 up to `below`. */
export function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
