// Responses with the official client, over every wire.

import OpenAI from 'openai';
import { type Case, equal } from '../suite.js';
import { failure, type Setting, shop, TAGS } from './shop.js';
import { ANSWER, WEATHER } from './upstream.js';

const WEATHER_TOOL: OpenAI.Responses.FunctionTool = {
  type: 'function',
  name: 'get_weather',
  strict: false,
  parameters: { type: 'object', properties: { city: { type: 'string' } } },
};
const COLOUR = {
  type: 'object',
  properties: { colour: { type: 'string' } },
  required: ['colour'],
  additionalProperties: false,
};

export async function cases(setting: Setting): Promise<Case[]> {
  const { upstream } = setting;
  const door = await shop(setting);
  const client = await door.openai();
  const list: Case[] = [];
  const test = (name: string, run: () => Promise<void>) => list.push({ name: `r69 ${name}`, run });

  for (const model of TAGS) {
    test(`a response is whole over ${model}`, async () => {
      const answer = await client.responses.create({ model, input: 'hello', instructions: 'Be brief.' });
      equal([answer.object, answer.status, answer.output_text, answer.model], ['response', 'completed', ANSWER, model]);
      const { input_tokens: input, output_tokens: output, total_tokens: total } = answer.usage ?? {};
      equal([input, output, total, answer.instructions], [11, 7, 18, 'Be brief.']);
    });

    test(`a response streams over ${model}`, async () => {
      const stream = client.responses.stream({ model, input: 'hello' });
      const seen: string[] = [];
      const sequence: number[] = [];
      for await (const event of stream) {
        if (seen.at(-1) !== event.type) seen.push(event.type);
        sequence.push(event.sequence_number);
      }
      equal(
        seen.join(' ').replaceAll('response.', ''),
        [
          'created in_progress output_item.added content_part.added output_text.delta output_text.done',
          'content_part.done output_item.done completed',
        ].join(' '),
      );
      equal(sequence, [...sequence.keys()]);
      const answer = await stream.finalResponse();
      equal([answer.output_text, answer.status, answer.usage?.total_tokens], [ANSWER, 'completed', 18]);
    });

    test(`a response calls a tool and goes on over ${model}`, async () => {
      const input: OpenAI.Responses.ResponseInput = [{ role: 'user', content: 'weather' }];
      const asked = await client.responses.create({ model, input, tools: [WEATHER_TOOL] });
      const call = asked.output.find((item) => item.type === 'function_call');
      if (call === undefined) throw new Error('no tool was called');
      equal([call.name, JSON.parse(call.arguments), call.status], ['get_weather', { city: 'Paris' }, 'completed']);
      const result = { type: 'function_call_output' as const, call_id: call.call_id, output: 'clear' };
      const rest = { model, input: [...input, call, result], tools: [WEATHER_TOOL] };
      equal((await client.responses.create(rest)).output_text, WEATHER);
    });

    test(`a streamed response calls a tool over ${model}`, async () => {
      const stream = client.responses.stream({ model, input: 'weather', tools: [WEATHER_TOOL] });
      const answer = await stream.finalResponse();
      const call = answer.output.find((item) => item.type === 'function_call');
      equal([call?.name, JSON.parse(call?.arguments ?? '')], ['get_weather', { city: 'Paris' }]);
    });
  }

  test('a response follows its schema', async () => {
    const format = { type: 'json_schema' as const, name: 'colour', strict: true, schema: COLOUR };
    const answer = await client.responses.parse({ model: 'openai', input: 'colour', text: { format } });
    equal(answer.output_parsed, { colour: 'blue' });
  });

  test('pictures, documents and settings of a response go on', async () => {
    const pixel = 'data:image/png;base64,iVBORw0KGgo=';
    const pdf = 'data:application/pdf;base64,JVBERi0=';
    const content: OpenAI.Responses.ResponseInputContent[] = [
      { type: 'input_text', text: 'hello' },
      { type: 'input_image', image_url: pixel, detail: 'auto' },
      { type: 'input_file', file_data: pdf, filename: 'a.pdf' },
    ];
    const input = [{ role: 'user' as const, content }];
    const settings = { max_output_tokens: 55, temperature: 0.2, reasoning: { effort: 'low' as const } };
    await client.responses.create({ model: 'anthropic', input, ...settings });
    const { body } = upstream.got.at(-1) ?? {};
    equal([body.max_tokens, body.temperature], [55, 0.2]);
    equal(
      body.messages[0].content.map(({ type }: { type: string }) => type),
      ['text', 'image', 'document'],
    );
    await client.responses.create({ model: 'openai-responses', input: 'hello', ...settings });
    equal(upstream.got.at(-1)?.body.reasoning.effort, 'low');
  });

  test('what needs a memory is refused', async () => {
    for (const field of ['previous_response_id', 'conversation', 'background']) {
      const body = { model: 'openai', input: 'hello', [field]: field === 'background' ? true : 'x' };
      const error = await failure<InstanceType<typeof OpenAI.APIError>>(() => client.responses.create(body as never));
      equal([error instanceof OpenAI.BadRequestError, error.param], [true, field]);
    }
  });

  test('an error within a streamed response is thrown', async () => {
    const chunk = (choices: object[]) =>
      `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', choices })}\n\n`;
    const broken = `${chunk([{ index: 0, delta: { content: 'first' } }])}data: {"error":{"message":"over","code":"overloaded"}}\n\n`;
    upstream.script.push({ status: 200, body: broken });
    const stream = await client.responses.create({ model: 'custom', input: 'hello', stream: true });
    let text = '';
    const error = await failure(async () => {
      for await (const event of stream) if (event.type === 'response.output_text.delta') text += event.delta;
    });
    equal([error instanceof OpenAI.APIError, text], [true, 'first']);
  });
  return list;
}
