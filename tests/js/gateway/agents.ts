// Agents that the process of the gateway defined, run from outside of it.

import { type Case, equal } from '../suite.js';
import { type Setting, shop, stored, until } from './shop.js';
import { WEATHER } from './upstream.js';

interface Run {
  status: string;
  output: string;
  toolCalls: { tool: string; status: string }[];
}

export async function cases(setting: Setting): Promise<Case[]> {
  const { upstream } = setting;
  const door = await shop(setting);
  const cities: unknown[] = [];
  const tool = {
    tag: 'get_weather',
    parameters: { type: 'object', properties: { city: { type: 'string' } } },
    handler: async (_context: unknown, { city }: Record<string, unknown>) => {
      cities.push(city);
      return 'clear';
    },
  };
  await door.ductape.agents.define({ product: 'shop', tag: 'guide', model: 'openai', tools: [tool] });
  await door.ductape.model.create({
    product: 'shop',
    tag: 'endless',
    name: 'Endless',
    provider: 'custom',
    model: 'any',
    envs: [{ slug: 'dev', baseUrl: `${upstream.url}/endless` }],
  });
  await door.ductape.agents.define({ product: 'shop', tag: 'stuck', model: 'endless' });
  const ask = async (tag: string, body: object, more: object = { agents: ['*'] }, init: object = {}) => {
    const authorization = `Bearer ${await door.token(more)}`;
    return fetch(`${door.url}/v1/agents/${tag}/run`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: JSON.stringify(body),
      ...init,
    });
  };
  const list: Case[] = [];
  const test = (name: string, run: () => Promise<void>) => list.push({ name: `r69 ${name}`, run });

  test('an agent runs, its handlers in this process', async () => {
    const answer = await ask('guide', { input: 'weather' });
    const run = (await answer.json()) as Run;
    equal([answer.status, run.status, run.output], [200, 'completed', WEATHER]);
    equal(
      [run.toolCalls.map(({ tool, status }) => [tool, status]), cities.splice(0)],
      [[['get_weather', 'completed']], ['Paris']],
    );
  });

  test('an agent that another process defined runs with the handlers of the gateway’s client', async () => {
    const Ductape = setting.library.default;
    const given = { product: 'shop', storage: records(), privateKey: Ductape.generateKey() };
    const other = new Ductape(given);
    await other.model.create(stored('openai', upstream.url));
    await other.agents.define({
      tag: 'stranger',
      model: 'openai',
      tools: [{ ...tool, handler: () => 'not this one' }],
    });
    const started = await shop(setting, () => ({ ductape: new Ductape({ ...given, tools: [tool] }) }));
    const authorization = `Bearer ${await started.token({ agents: ['stranger'] })}`;
    const ways = { method: 'POST', authorization, body: { input: 'weather' } };
    const run = (await (await started.ask('/v1/agents/stranger/run', ways)).json()) as Run;
    equal([run.status, run.output, cities.splice(0)], ['completed', WEATHER, ['Paris']]);
  });

  test('an agent streams what happens', async () => {
    const answer = await ask('guide', { input: 'weather', stream: true });
    equal(answer.headers.get('content-type'), 'text/event-stream; charset=utf-8');
    const events = (await answer.text()).trim().split('\n\n');
    const names = events.map((event) => event.split('\n')[0]?.replace('event: ', ''));
    for (const name of ['tool_start', 'tool_end', 'message_delta']) equal(names.includes(name), true);
    equal(names.at(-1), 'agent_complete');
    const last = JSON.parse(events.at(-1)?.split('\ndata: ')[1] ?? '') as { result: Run };
    equal(last.result.output, WEATHER);
  });

  test('a token runs the agents that it names, and none where it names none', async () => {
    for (const more of [{}, { agents: [] }, { agents: ['gui'] }, { models: ['*'] }]) {
      const answer = await ask('guide', { input: 'weather' }, more);
      const { error } = (await answer.json()) as { error: { code: string; type: string } };
      equal([answer.status, error.code, error.type], [403, 'permission_denied', 'permission_error']);
    }
    equal((await ask('guide', { input: 'weather' }, { agents: ['gui*'] })).status, 200);
    equal((await ask('nobody', { input: 'weather' })).status, 404);
    equal((await ask('guide', { input: 'weather' }, { agents: ['*'], product: 'other' })).status, 404);
  });

  test('settings of a run are those that a client may set, within the bounds of its token', async () => {
    const modelConfig = { temperature: 0.3, maxTokens: 900, timeout: 1 };
    const termination = { maxIterations: 0 };
    const answer = await ask(
      'guide',
      { input: 'hello', modelConfig, termination, context: 1 },
      { agents: ['*'], limits: { maxTokens: 40 } },
    );
    equal(answer.status, 200);
    const { body } = upstream.got.at(-1) ?? {};
    equal([body.temperature, body.max_tokens ?? body.max_completion_tokens], [0.3, 40]);
    equal((await ask('guide', {})).status, 400);
    equal((await ask('guide', { input: 7 })).status, 400);
  });

  test('a run ends where its client goes away', async () => {
    for (const stream of [true, false]) {
      const gone = new AbortController();
      const answer = ask('stuck', { input: 'hello', stream }, { agents: ['*'] }, { signal: gone.signal });
      await until(() => upstream.open() === 1, 'the provider was asked');
      gone.abort();
      await answer.then((response) => response.text()).catch(() => undefined);
      await until(() => upstream.open() === 0, 'the provider saw the connection close');
    }
  });
  return list;
}

/** A store that several clients can use. */
function records() {
  const values = new Map<string, string>();
  return {
    get: async (key: string) => values.get(key) ?? null,
    set: async (key: string, value: string) => void values.set(key, value),
    delete: async (key: string) => void values.delete(key),
    list: async (prefix: string) => [...values.keys()].filter((key) => key.startsWith(prefix)),
  };
}
