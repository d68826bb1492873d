// What the suites need from files, read on Node for every runtime.

import { readFileSync } from 'node:fs';

import type { Given } from './everything.js';
import { published } from './published.js';
import type { Servers } from './suite.js';

/** Plain data for `everything`. */
export function given(runner: string, { mock, odd }: Servers): Given {
  return { servers: { mock, odd }, codes: errorCodes(), vectors: published(runner) };
}

/** The members of the published union, which a Rust test holds against the core's own list. */
function errorCodes(): string[] {
  const union = /export type ErrorCode =([^;]+);/.exec(readFileSync('pkg/src/types.ts', 'utf8'))?.[1] ?? '';
  const codes = [...union.matchAll(/'(\w+)'/g)].map((match) => match[1] ?? '');
  if (codes.length < 40) throw new Error('pkg/src/types.ts: the list of codes was not found');
  return codes;
}
