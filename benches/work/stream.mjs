// 2,000 deltas of a word each, as a network brings them, one event at a time, and in crumbs.

import { CHUNKINGS, chunked, streaming } from '../lib/canned.mjs';
import { words } from '../lib/conversations.mjs';
import { handStream } from '../lib/hand.mjs';
import { asDefault, ourStream } from '../lib/ours.mjs';
import { WIRES } from '../lib/wires.mjs';

const BUDGETS = { 'network chunks': 0.6, 'one event per chunk': 0.9, 'chunks of 7 bytes': 0.5 };

export const name = 'stream';
export const title = 'Stream of 2,000 deltas';
export const unit = 'us per event';
export const cases = Object.keys(WIRES).flatMap((wire) => Object.keys(CHUNKINGS).map((way) => `${wire}, ${way}`));

const request = { messages: [{ role: 'user', content: 'Hello' }] };
const deltas = words();

export async function contestants(caseName, { peers }) {
  const [wireName, way] = caseName.split(', ');
  const wire = WIRES[wireName];
  const fetch = streaming(chunked(wire.events(deltas), CHUNKINGS[way]));
  const of = (name, work, more) => ({ name, work, expected: deltas.join(''), per: deltas.length, ...more });
  const budget = BUDGETS[way];
  return [
    of('hand', handStream(wire, fetch, request)),
    of('ours', await ourStream(wire, fetch, request), { budget }),
    ...(way === 'network chunks'
      ? [of('ours, default transport', await ourStream(wire, undefined, request), { budget, around: asDefault(fetch) })]
      : []),
    ...(await peers(wireName)).flatMap(({ name, stream }) => (stream ? [of(name, stream(fetch, request))] : [])),
  ];
}
