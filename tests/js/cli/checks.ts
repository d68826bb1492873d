// What cases say.

export function equal(got: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(got), JSON.stringify(expected)];
  if (a !== b) throw new Error(`got ${a}, expected ${b}`);
}

export function has(text: string, part: string): void {
  if (!text.includes(part)) throw new Error(`not in it: ${part}; it is: ${text.slice(0, 2000)}`);
}

export function lacks(text: string, part: string): void {
  if (text.includes(part)) throw new Error(`in it: ${part}`);
}
