// Changes of fields, for people.

import type { Change } from '../operation-types.js';
import type { Json } from '../types.js';
import { inline } from './table.js';

/** One line a field. Of what is `new`, there is nothing that it was before. */
export function changeLines(changes: readonly Change[], isNew = false): string[] {
  const width = Math.max(0, ...changes.map(({ field }) => field.length));
  return changes.map((change) => `    ${change.field.padEnd(width)}  ${sides(change, isNew)}`);
}

function sides({ field, from, to }: Change, isNew: boolean): string {
  const isKey = field.endsWith('.apiKey');
  // Without fingerprints, as for a client that only writes, it is all that is known.
  if (isKey && from === undefined && to === undefined) return isNew ? 'given' : 'another key';
  const [before, after] = [from, to].map((value) => shown(value, isKey));
  return isNew ? (after ?? '') : `${before} -> ${after}`;
}

function shown(value: Json | undefined, isKey: boolean): string {
  if (value === undefined) return '(none)';
  return isKey ? `fingerprint ${inline(value)}` : inline(value);
}
