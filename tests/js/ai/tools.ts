// r68 Tools: loops over several steps, choices, failures, and what must never run.

import { type Case, equal } from '../suite.js';
import { json, PROMPTS, type Setting, shop, sse, WIRES, type WireName } from './shop.js';

const CITY = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } as const;

/** The cases. */
export function cases(setting: Setting): Case[] {
  const { sdk } = setting;
  const list: Case[] = [];
  const test = (name: string, run: () => Promise<void>) => list.push({ name, run });

  const weather = (execute: (input: { city: string }) => unknown) =>
    sdk.tool({ description: 'The weather of a city', inputSchema: sdk.jsonSchema<{ city: string }>(CITY), execute });

  for (const wire of Object.keys(WIRES) as WireName[]) {
    test(`r68 ${wire}: a tool runs and its result goes back`, async () => {
      const { model, sent, sentBody } = await shop(setting, wire);
      const asked: unknown[] = [];
      const tools = {
        get_weather: weather((input) => {
          asked.push(input);
          return { sky: 'clear' };
        }),
      };
      const options = { model, tools, prompt: PROMPTS.tool, stopWhen: sdk.stepCountIs(5), maxRetries: 0 };
      const whole = await sdk.generateText(options);
      equal([whole.text, whole.steps.length, whole.steps[0]?.warnings?.length], ['It is clear in Paris.', 2, 0]);
      const streamed = sdk.streamText(options);
      equal([await streamed.text, (await streamed.steps).length], ['It is clear in Paris.', 2]);
      equal(asked, [{ city: 'Paris' }, { city: 'Paris' }]);
      equal([sent.length, JSON.stringify(sentBody(1)).includes('clear')], [4, true]);
    });
  }

  const call = (id: string, name: string, input: string) => ({
    id,
    type: 'function',
    function: { name, arguments: input },
  });
  const calling = (...calls: object[]) =>
    json({ choices: [{ index: 0, message: { content: null, tool_calls: calls }, finish_reason: 'tool_calls' }] });
  const done = json({ choices: [{ index: 0, message: { content: 'done' }, finish_reason: 'stop' }] });

  test('r68 a loop takes as many steps as the model wants, with several tools at once', async () => {
    const both = calling(call('c2', 'get_weather', '{"city":"Rome"}'), call('c3', 'get_weather', '{"city":"Oslo"}'));
    const first = calling(call('c1', 'list_cities', '{}'));
    const { model, sent, sentBody } = await shop(setting, 'chat', [first, both, done]);
    const tools = {
      list_cities: sdk.tool({ inputSchema: sdk.jsonSchema({ type: 'object' }), execute: () => ['Rome', 'Oslo'] }),
      get_weather: weather(({ city }) => `sunny in ${city}`),
    };
    const result = await sdk.generateText({ model, tools, prompt: 'x', stopWhen: sdk.stepCountIs(5), maxRetries: 0 });
    equal([result.text, result.steps.length, sent.length], ['done', 3, 3]);
    const messages = sentBody(2).messages as { role: string; content: string; tool_call_id?: string }[];
    equal(
      messages.filter(({ role }) => role === 'tool').map((message) => [message.tool_call_id, message.content]),
      [
        ['c1', '["Rome","Oslo"]'],
        ['c2', 'sunny in Rome'],
        ['c3', 'sunny in Oslo'],
      ],
    );
  });

  test('a tool that throws is told to the model', async () => {
    const use = { type: 'tool_use', id: 't1', name: 'get_weather', input: { city: 'Rome' } };
    const script = [
      json({ content: [use], stop_reason: 'tool_use' }),
      json({ content: [{ type: 'text', text: 'done' }], stop_reason: 'end_turn' }),
    ];
    const { model, sentBody } = await shop(setting, 'anthropic', script);
    const tools = {
      get_weather: weather(() => {
        throw new Error('no such city');
      }),
    };
    await sdk.generateText({ model, tools, prompt: 'x', stopWhen: sdk.stepCountIs(3), maxRetries: 0 });
    const result = sentBody(1).messages.at(-1).content[0];
    equal([result.type, result.is_error, JSON.stringify(result).includes('no such city')], ['tool_result', true, true]);
  });

  test('a call that was cut off is not run, even where what came of it is JSON', async () => {
    const start = { type: 'message_start', message: { id: 'm1', role: 'assistant', content: [] } };
    const block = { type: 'tool_use', id: 't1', name: 'get_weather', input: {} };
    const cut = sse(
      start,
      { type: 'content_block_start', index: 0, content_block: block },
      {
        type: 'content_block_delta',
        index: 0,
        delta: { type: 'input_json_delta', partial_json: '{"city":"Rome"}' },
      },
      { type: 'message_delta', delta: { stop_reason: 'max_tokens' } },
      { type: 'message_stop' },
    );
    const { model } = await shop(setting, 'anthropic', [cut]);
    let ran = 0;
    const tools = {
      get_weather: weather(() => {
        ran += 1;
        return '';
      }),
    };
    const result = sdk.streamText({ model, tools, prompt: 'x', maxRetries: 0 });
    equal([await result.finishReason, ran, (await result.toolCalls)[0]?.invalid], ['length', 0, true]);
  });

  test('choices among tools reach the provider', async () => {
    const choices = ['auto', 'none', 'required'] as const;
    const { model, sent } = await shop(setting, 'chat', [done, done, done, done]);
    const tools = [{ type: 'function', name: 'look', inputSchema: { type: 'object' } }] as const;
    const prompt = [{ role: 'user', content: [{ type: 'text', text: 'x' }] }] as const;
    for (const type of choices) await model.doGenerate({ prompt, tools, toolChoice: { type } });
    await model.doGenerate({ prompt, tools, toolChoice: { type: 'tool', toolName: 'look' } });
    equal(
      sent.map(({ body }) => body.tool_choice),
      [...choices, { type: 'function', function: { name: 'look' } }],
    );
  });

  return list;
}
