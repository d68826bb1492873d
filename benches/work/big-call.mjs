// A long conversation: 201 messages and ten tools, 200 kB as JSON.

import { replying } from '../lib/canned.mjs';
import { conversation, toolbox } from '../lib/conversations.mjs';
import { handCall } from '../lib/hand.mjs';
import { ourCall } from '../lib/ours.mjs';
import { WIRES } from '../lib/wires.mjs';

export const name = 'big-call';
export const title = 'Big call: 201 messages, 10 tools, 200 kB';
export const unit = 'us per call';
export const cases = Object.keys(WIRES);

const TEXT = 'Hello there.';
const request = { messages: conversation(201, 10), tools: toolbox(10) };

export async function contestants(wireName, { peers }) {
  const wire = WIRES[wireName];
  const fetch = replying(wire.answer(TEXT));
  const of = (name, work, more) => ({ name, work, expected: TEXT, ...more });
  return [
    of('hand', handCall(wire, fetch, request)),
    of('ours', await ourCall(wire, fetch, request), { budget: 1.1 }),
    ...(await peers(wireName)).flatMap(({ name, call }) => (call ? [of(name, call(fetch, request))] : [])),
  ];
}
