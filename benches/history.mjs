// An agent's run of 50 turns over a conversation of 200 kB, next to a loop written by hand that turns the whole
// conversation into text for every request. Same canned replies, same process, rounds taken in turn.

import Ductape from 'ductape-models';

const ROUNDS = 21;
const TURNS = 50;
const KEY = 'sk-bench-0123456789abcdef';
const URL = 'https://llm.example/v1/chat/completions';
const encoder = new TextEncoder();
const paragraph = 'The order 4711 was shipped on Monday; "express" was paid for.\nIt is on its way to Łódź. ';

/** An earlier conversation of about 200 kB. */
const history = Array.from({ length: 100 }, (_, at) => ({
  role: at % 2 === 0 ? 'user' : 'assistant',
  content: paragraph.repeat(22),
}));

const call = (at) => ({ id: `call-${at}`, type: 'function', function: { name: 'look', arguments: `{"id":${at}}` } });
const replies = Array.from({ length: TURNS }, (_, at) => {
  const isLast = at === TURNS - 1;
  const message = isLast
    ? { role: 'assistant', content: 'Done.' }
    : { role: 'assistant', content: null, tool_calls: [call(at)] };
  const choice = { index: 0, message, finish_reason: isLast ? 'stop' : 'tool_calls' };
  return JSON.stringify({ id: 'a', model: 'm', choices: [choice], usage: { prompt_tokens: 9, completion_tokens: 3 } });
});

/** A provider that answers with each reply in turn. */
function replying() {
  let turn = 0;
  let bytes = 0;
  return {
    bytes: () => bytes,
    fetch: async (_url, { body }) => {
      bytes += body.length;
      turn = turn % TURNS;
      return new Response(replies[turn++], { headers: { 'content-type': 'application/json' } });
    },
  };
}

async function byHand(fetch) {
  const messages = [...history, { role: 'user', content: 'Look.' }];
  const tools = [{ type: 'function', function: { name: 'look', parameters: { type: 'object' } } }];
  for (;;) {
    const body = encoder.encode(JSON.stringify({ model: 'm', messages, tools, temperature: 0.7 }));
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${KEY}` };
    const { choices } = await (await fetch(URL, { method: 'POST', headers, body })).json();
    const { message } = choices[0];
    messages.push(message);
    if (message.tool_calls === undefined) return message.content;
    for (const { id } of message.tool_calls) {
      messages.push({ role: 'tool', tool_call_id: id, content: JSON.stringify({ status: 'shipped' }) });
    }
  }
}

async function agent(fetch) {
  const ductape = new Ductape({ product: 'shop', env: 'prd', fetch });
  const envs = [{ slug: 'prd', baseUrl: 'https://llm.example', apiKey: KEY }];
  await ductape.model.create({ tag: 'bench', name: 'Bench', provider: 'custom', model: 'm', envs });
  const tools = [{ tag: 'look', parameters: { type: 'object' }, handler: () => ({ status: 'shipped' }) }];
  await ductape.agents.define({ tag: 'clerk', model: 'bench', tools, termination: { maxIterations: TURNS } });
  return async (messages) => (await ductape.agents.run({ tag: 'clerk', input: 'Look.', messages })).output;
}

async function timed(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];
const [left, right] = [replying(), replying()];
const run = await agent(right.fetch);
const empty = await agent(replying().fetch);
const ways = {
  'by hand': () => byHand(left.fetch),
  'agents.run': () => run(history),
  'agents.run, nothing before it': () => empty([]),
};
const times = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
for (let round = 0; round < ROUNDS; round += 1) {
  const names = Object.keys(ways);
  for (const name of round % 2 === 0 ? names : names.reverse()) times[name].push(await timed(ways[name]));
}
const hand = median(times['by hand']);
for (const [name, list] of Object.entries(times)) {
  const ms = median(list);
  console.log(`${name}: ${(ms / TURNS).toFixed(3)} ms a turn, ratio ${(ms / hand).toFixed(2)}`);
}
const share = (median(times['agents.run']) - median(times['agents.run, nothing before it'])) / hand;
console.log(`what the unchanged 200 kB cost, next to the loop by hand: ${share.toFixed(2)}`);
console.log(`bytes sent: by hand ${left.bytes() / ROUNDS}, agents.run ${right.bytes() / ROUNDS}`);
