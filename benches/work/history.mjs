// An agent's run of 50 turns over a conversation of 200 kB, next to a loop written by hand that turns the whole conversation
// into text for every request.

import Ductape from 'ductape-models';

import { conversation } from '../lib/conversations.mjs';
import { KEY, WIRES } from '../lib/wires.mjs';

const TURNS = 50;
const history = conversation(100, 22);
const wire = WIRES.openai;
const TEXT = 'Done.';
const FOUND = { status: 'shipped' };
const TOOL = { name: 'look', description: 'Looks.', parameters: { type: 'object', properties: {} } };

export const name = 'history';
export const title = `Agent's run of ${TURNS} turns over a conversation of 200 kB`;
export const unit = 'us per turn';
export const cases = ['openai'];

export async function contestants(_case, { peers, load }) {
  const of = (name, work, more) => ({ name, work, expected: TEXT, per: TURNS, ...more });
  const isWanted = (await peers('openai')).some(({ name }) => name.startsWith('ai '));
  return [
    of('hand', byHand(replying())),
    of('ours', await agent(replying(), history)),
    of('ours, nothing before it', await agent(replying(), [])),
    ...(isWanted ? [of('ai with @ai-sdk/openai', await aiLoop(replying(), load))] : []),
  ];
}

/** What the unchanged conversation costs, which is what the budget is for. */
export function derived(rows) {
  const [hand, ours, empty] = ['hand', 'ours', 'ours, nothing before it'].map((name) =>
    rows.find((row) => row.name === name),
  );
  const [median, cpu] = [ours.median - empty.median, ours.cpu - empty.cpu];
  const ratios = { ratio: median / hand.median, cpuRatio: cpu / hand.cpu };
  return [{ name: 'ours, for the unchanged 200 kB', median, spread: ours.spread, cpu, ...ratios, budget: 0.3 }];
}

/** A provider that asks for the tool until its last answer, over and over. */
function replying() {
  const usage = { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 };
  const call = (at) => ({
    id: `call-${at}`,
    type: 'function',
    function: { name: TOOL.name, arguments: `{"id":${at}}` },
  });
  const replies = Array.from({ length: TURNS }, (_, at) => {
    const isLast = at === TURNS - 1;
    const rest = isLast ? { content: TEXT } : { content: null, tool_calls: [call(at)] };
    const choice = { index: 0, message: { role: 'assistant', ...rest }, finish_reason: isLast ? 'stop' : 'tool_calls' };
    return JSON.stringify({ id: 'a', object: 'chat.completion', created: 1, model: 'm', choices: [choice], usage });
  });
  let turn = 0;
  return async () => {
    turn %= TURNS;
    return new Response(replies[turn++], { headers: { 'content-type': 'application/json' } });
  };
}

function byHand(fetch) {
  return async () => {
    const messages = [...history, { role: 'user', content: 'Look.' }];
    for (;;) {
      const body = JSON.stringify(wire.hand.body({ messages, tools: [TOOL] }));
      const { choices } = await (
        await fetch(wire.hand.url(), { method: 'POST', headers: wire.hand.headers(KEY), body })
      ).json();
      const { message } = choices[0];
      messages.push(message);
      if (message.tool_calls === undefined) return message.content;
      for (const { id } of message.tool_calls) {
        messages.push({ role: 'tool', tool_call_id: id, content: JSON.stringify(FOUND) });
      }
    }
  };
}

async function agent(fetch, messages) {
  const ductape = new Ductape({ product: 'shop', env: 'prd', fetch });
  const envs = [{ slug: 'prd', apiKey: KEY }];
  await ductape.model.create({ tag: 'bench', name: 'Bench', ...wire.settings, temperature: 0.7, envs });
  const tools = [{ tag: TOOL.name, description: TOOL.description, parameters: TOOL.parameters, handler: () => FOUND }];
  await ductape.agents.define({ tag: 'clerk', model: 'bench', tools, termination: { maxIterations: TURNS } });
  return async () => (await ductape.agents.run({ tag: 'clerk', input: 'Look.', messages })).output;
}

async function aiLoop(fetch, load) {
  const { generateText, jsonSchema, stepCountIs, tool } = await load('ai');
  const { createOpenAI } = await load('@ai-sdk/openai');
  const look = tool({ description: TOOL.description, inputSchema: jsonSchema(TOOL.parameters), execute: () => FOUND });
  const messages = [...history, { role: 'user', content: 'Look.' }];
  const model = createOpenAI({ apiKey: KEY, fetch }).chat(wire.settings.model);
  const options = { model, messages, tools: { look }, stopWhen: stepCountIs(TURNS), temperature: 0.7, maxRetries: 0 };
  return async () => (await generateText(options)).text;
}
