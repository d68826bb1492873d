/** Puts a version around a text, so that both are written at once and a torn text cannot pass for a whole one. Knows no store. */

const HEAD = /^ductape-text 1 ([0-9a-z]{1,40})\n/;

/** A framed text taken apart. */
export interface Framed {
  readonly version: string;
  readonly value: string;
}

/**
 * The text with its version at both ends: cut anywhere, or mixed of two writes, the ends differ. The first letters also keep
 * stores that parse what looks like JSON from parsing it.
 */
export function framed(version: string, value: string): string {
  return `ductape-text 1 ${version}\n${value}\n${version}`;
}

/** What was framed; `undefined` for anything else. */
export function unframed(text: string): Framed | undefined {
  const head = HEAD.exec(text);
  const version = head?.[1];
  if (head === null || version === undefined) return undefined;
  const end = text.length - version.length - 1;
  if (end < head[0].length || text.slice(end) !== `\n${version}`) return undefined;
  return { version, value: text.slice(head[0].length, end) };
}

/**
 * A version that no other write has: time and chance, in letters and digits. It parts versions and guards nothing, so it needs
 * no secure source, which pages without a secure context lack.
 */
export function freshVersion(): string {
  const chance = (): string => Math.floor(Math.random() * 2 ** 32).toString(36);
  return `${Date.now().toString(36)}${chance()}${chance()}${chance()}`;
}
