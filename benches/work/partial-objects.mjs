// An object of 12.5, 50 and 200 kB that is shown while it comes. Who reads the text from its start at every delta takes
// quadratic time, minutes for 200 kB, and has no row there.

import { chunked, streaming } from '../lib/canned.mjs';
import { longObject, split } from '../lib/conversations.mjs';
import { handObjects } from '../lib/hand.mjs';
import { ourObjects } from '../lib/ours.mjs';
import { WIRES } from '../lib/wires.mjs';

/** Items of the object, by the case. */
const ITEMS = { '12.5 kB': 118, '50 kB': 470, '200 kB': 1880 };
/** Characters of a delta, as in the workload of tool arguments. */
const DELTA = 20;
const SCHEMA = { type: 'object', properties: { items: { type: 'array', items: { type: 'object' } } } };
const wire = WIRES.openai;
const request = { messages: [{ role: 'user', content: 'List them.' }] };

export const name = 'partial-objects';
export const title = 'Objects while they stream';
export const unit = 'ms per object';
export const cases = Object.keys(ITEMS);
export const rounds = 7;

export async function contestants(caseName, { peers }) {
  const value = longObject(ITEMS[caseName]);
  const text = JSON.stringify(value);
  const deltas = split(text, Math.round(text.length / DELTA));
  const fetch = streaming(chunked(wire.events(deltas), 16384));
  // The rows are in milliseconds.
  const of = (name, work, more) => ({ name, work, expected: value, per: 1000, ...more });
  const isLong = caseName === cases.at(-1);
  return [
    of('hand', handObjects(wire, fetch, request)),
    of('ours', await ourObjects(wire, fetch, request, SCHEMA), isLong ? { budget: 1.2 } : {}),
    ...(await peers('openai')).flatMap(({ name, objects }) =>
      objects && !isLong ? [of(name, objects(fetch, request, SCHEMA))] : [],
    ),
  ];
}
