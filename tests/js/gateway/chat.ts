// Chat completions with the official client, over every wire.

import OpenAI from 'openai';
import { type Case, equal } from '../suite.js';
import { failure, type Setting, shop, TAGS, until } from './shop.js';
import { ANSWER, WEATHER } from './upstream.js';

const HELLO = [{ role: 'user' as const, content: 'hello' }];
const WEATHER_TOOL = {
  type: 'function' as const,
  function: {
    name: 'get_weather',
    description: 'The weather in a city.',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};
const COLOUR = {
  type: 'object',
  properties: { colour: { type: 'string' } },
  required: ['colour'],
  additionalProperties: false,
};

export async function cases(setting: Setting): Promise<{ list: Case[]; stop(): Promise<void> }> {
  const { upstream } = setting;
  const door = await shop(setting);
  const client = await door.openai();
  const list: Case[] = [];
  const test = (name: string, run: () => Promise<void>) => list.push({ name: `r69 ${name}`, run });

  for (const model of TAGS) {
    test(`the official client chats over ${model}`, async () => {
      const answer = await client.chat.completions.create({ model, messages: HELLO });
      const [choice] = answer.choices;
      equal([answer.object, answer.model, answer.choices.length], ['chat.completion', model, 1]);
      equal([choice?.message.role, choice?.message.content, choice?.finish_reason], ['assistant', ANSWER, 'stop']);
      equal(answer.id.startsWith('chatcmpl-') && Math.abs(answer.created - Date.now() / 1000) < 60, true);
      const { prompt_tokens: input, completion_tokens: output, total_tokens: total } = answer.usage ?? {};
      equal([input, output, total], [11, 7, 18]);
    });

    test(`the official client streams over ${model}`, async () => {
      const stream = client.chat.completions.stream({
        model,
        messages: HELLO,
        stream_options: { include_usage: true },
      });
      const chunks: OpenAI.ChatCompletionChunk[] = [];
      for await (const chunk of stream) chunks.push(chunk);
      equal(chunks[0]?.choices[0]?.delta.role, 'assistant');
      equal(chunks.filter((chunk) => chunk.choices[0]?.finish_reason).length, 1);
      const last = chunks.at(-1);
      equal([last?.choices.length, last?.usage?.total_tokens], [0, 18]);
      equal(new Set(chunks.map(({ id, created, object }) => `${id} ${created} ${object}`)).size, 1);
      const { choices } = await stream.finalChatCompletion();
      equal([choices[0]?.message.content, choices[0]?.finish_reason], [ANSWER, 'stop']);
    });

    test(`a tool is called and answered over ${model}`, async () => {
      const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'weather' }];
      const asked = await client.chat.completions.create({ model, messages, tools: [WEATHER_TOOL] });
      const said = asked.choices[0]?.message;
      const call = said?.tool_calls?.[0];
      if (said === undefined || call?.type !== 'function') throw new Error('no tool was called');
      equal([asked.choices[0]?.finish_reason, said.content], ['tool_calls', null]);
      equal([call.function.name, JSON.parse(call.function.arguments)], ['get_weather', { city: 'Paris' }]);
      messages.push(said, { role: 'tool', tool_call_id: call.id, content: 'clear' });
      const answer = await client.chat.completions.create({ model, messages, tools: [WEATHER_TOOL] });
      equal(answer.choices[0]?.message.content, WEATHER);
    });

    test(`a streamed tool call is put together over ${model}`, async () => {
      const messages = [{ role: 'user' as const, content: 'weather' }];
      const stream = client.chat.completions.stream({ model, messages, tools: [WEATHER_TOOL] });
      const answer = await stream.finalChatCompletion();
      const call = answer.choices[0]?.message.tool_calls?.[0];
      if (call?.type !== 'function') throw new Error('no tool was called');
      equal([call.function.name, JSON.parse(call.function.arguments)], ['get_weather', { city: 'Paris' }]);
      equal([answer.choices[0]?.finish_reason, call.id !== ''], ['tool_calls', true]);
    });

    test(`an answer follows its schema over ${model}`, async () => {
      const answer = await client.chat.completions.parse({
        model,
        messages: [{ role: 'user', content: 'colour' }],
        response_format: { type: 'json_schema', json_schema: { name: 'colour', strict: true, schema: COLOUR } },
      });
      equal(answer.choices[0]?.message.parsed, { colour: 'blue' });
    });

    test(`json_object is an answer in JSON over ${model}`, async () => {
      const answer = await client.chat.completions.create({
        model,
        messages: [{ role: 'user', content: 'colour' }],
        response_format: { type: 'json_object' },
      });
      equal(JSON.parse(answer.choices[0]?.message.content ?? ''), { colour: 'blue' });
    });
  }

  test('settings go on under the names of the wire', async () => {
    await client.chat.completions.create({
      model: 'openai',
      messages: [{ role: 'developer', content: 'Be brief.' }, ...HELLO],
      temperature: 0.4,
      top_p: 0.9,
      max_completion_tokens: 77,
      stop: ['END'],
      seed: 7,
      parallel_tool_calls: false,
      tools: [WEATHER_TOOL],
    });
    const { body, headers } = upstream.got.at(-1) ?? {};
    equal([body.temperature, body.top_p, body.stop, body.seed, body.parallel_tool_calls], [0.4, 0.9, ['END'], 7, false]);
    equal(body.max_tokens ?? body.max_completion_tokens, 77);
    equal(body.messages.length, 2);
    equal(headers?.authorization, 'Bearer sk-canary-0123456789abcdef');
  });

  test('an abort closes the connection to the provider', async () => {
    await door.ductape.model.create({
      product: 'shop',
      tag: 'endless',
      name: 'Endless',
      provider: 'custom',
      model: 'any',
      envs: [{ slug: 'dev', baseUrl: `${upstream.url}/endless`, apiKey: 'sk-canary-0123456789abcdef' }],
    });
    const stream = await client.chat.completions.create({ model: 'endless', messages: HELLO, stream: true });
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content === 'first') break;
    await until(() => upstream.open() === 0, 'the provider saw the connection close');
    const gone = new AbortController();
    const whole = failure(() =>
      client.chat.completions.create({ model: 'endless', messages: HELLO }, { signal: gone.signal }),
    );
    await until(() => upstream.open() === 1, 'the provider was asked');
    gone.abort();
    equal((await whole) instanceof OpenAI.APIUserAbortError, true);
    await until(() => upstream.open() === 0, 'the provider saw the connection close');
  });
  return { list, stop: door.stop };
}
