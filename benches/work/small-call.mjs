// One short message, one short answer.

import { replying } from '../lib/canned.mjs';
import { handCall, sealedByHand } from '../lib/hand.mjs';
import { asDefault, ourCall } from '../lib/ours.mjs';
import { WIRES } from '../lib/wires.mjs';

export const name = 'small-call';
export const title = 'Small call: one message, one short answer';
export const unit = 'us per call';
export const cases = Object.keys(WIRES);

const TEXT = 'Hello there.';
const request = { messages: [{ role: 'user', content: 'Hello' }] };

export async function contestants(wireName, { peers }) {
  const wire = WIRES[wireName];
  const fetch = replying(wire.answer(TEXT));
  const of = (name, work, more) => ({ name, work, expected: TEXT, ...more });
  return [
    of('hand', handCall(wire, fetch, request)),
    of('hand + decrypt', handCall(wire, fetch, request, await sealedByHand()), { note: 'its key from WebCrypto' }),
    of('ours, config in hand', await ourCall(wire, fetch, request, false), { budget: 1.8 }),
    of('ours', await ourCall(wire, fetch, request), { budget: 2.5, note: 'storage, resolve, decrypt' }),
    of('ours, default transport', await ourCall(wire, undefined, request), { budget: 2.5, around: asDefault(fetch) }),
    ...(await peers(wireName)).flatMap(({ name, call }) => (call ? [of(name, call(fetch, request))] : [])),
  ];
}
