// One tool call whose arguments, 50 kB, arrive in 2,559 fragments. Gemini sends arguments whole, so it has no row.

import { chunked, streaming } from '../lib/canned.mjs';
import { longArguments } from '../lib/conversations.mjs';
import { handFragments } from '../lib/hand.mjs';
import { ourFragments } from '../lib/ours.mjs';
import { WIRES } from '../lib/wires.mjs';

const { value, fragments } = longArguments();
const TOOL = { name: 'save', description: 'Saves a list.', parameters: { type: 'object' } };
const request = { messages: [{ role: 'user', content: 'Save them.' }], tools: [TOOL] };

export const name = 'tool-arguments';
export const title = `Tool arguments, 50 kB in ${fragments.length} fragments`;
export const unit = 'us per fragment';
export const cases = ['anthropic', 'openai', 'cohere'];

export async function contestants(wireName, { peers }) {
  const wire = WIRES[wireName];
  const fetch = streaming(chunked(wire.fragments(TOOL.name, fragments), 16384));
  const of = (name, work, more) => ({ name, work, expected: value, per: fragments.length, ...more });
  return [
    of('hand', handFragments(wire, fetch, request)),
    of('ours', await ourFragments(wire, fetch, request), { budget: 1.2 }),
    ...(await peers(wireName)).flatMap(({ name, fragments }) =>
      fragments ? [of(name, fragments(fetch, request))] : [],
    ),
  ];
}
