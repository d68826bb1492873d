// r68 Plain answers: text, facts, objects, sources, on every wire.

import { type Case, equal } from '../suite.js';
import { ANSWER, json, KEY, metadataOf, PROMPTS, type Setting, shop, sse, WIRES, type WireName } from './shop.js';

const COLOUR = {
  type: 'object',
  properties: { colour: { type: 'string' } },
  required: ['colour'],
  additionalProperties: false,
} as const;

/** The cases. */
export function cases(setting: Setting): Case[] {
  const { sdk } = setting;
  const list: Case[] = [];
  const test = (name: string, run: () => Promise<void>) => list.push({ name, run });

  for (const wire of Object.keys(WIRES) as WireName[]) {
    test(`r68 ${wire}: generateText answers by tag, and the key goes to the provider only`, async () => {
      const { model, sent } = await shop(setting, wire);
      const result = await sdk.generateText({ model, system: 'Be brief.', prompt: PROMPTS.text, maxRetries: 0 });
      equal([result.text, result.finishReason], [ANSWER, 'stop']);
      const { served } = metadataOf(result);
      equal([served.tag, served.model], ['support', WIRES[wire].model]);
      equal(
        [
          Object.values(sent[0]?.headers ?? {})
            .join()
            .includes(KEY),
          sent.length,
        ],
        [true, 1],
      );
      equal(JSON.stringify([result.steps, result.response]).includes(KEY), false);
    });

    test(`r68 ${wire}: streamText gives the same text in parts`, async () => {
      const { model } = await shop(setting, wire);
      const result = sdk.streamText({ model, prompt: PROMPTS.text, maxRetries: 0 });
      const pieces: string[] = [];
      for await (const piece of result.textStream) pieces.push(piece);
      equal([pieces.join(''), await result.finishReason], [ANSWER, 'stop']);
    });

    test(`r68 ${wire}: an output schema gives an object`, async () => {
      const { model } = await shop(setting, wire);
      const output = sdk.Output.object({ schema: sdk.jsonSchema<{ colour: string }>(COLOUR) });
      const result = await sdk.generateText({ model, prompt: PROMPTS.json, output, maxRetries: 0 });
      equal(result.output, { colour: 'blue' });
      const streamed = sdk.streamText({ model, prompt: PROMPTS.json, output, maxRetries: 0 });
      equal(await streamed.output, { colour: 'blue' });
    });
  }

  test('r68 generateObject gives an object', async () => {
    const { model, sentBody } = await shop(setting, 'chat');
    const schema = sdk.jsonSchema<{ colour: string }>(COLOUR);
    const result = await sdk.generateObject({
      model,
      prompt: PROMPTS.json,
      schema,
      schemaName: 'paint',
      maxRetries: 0,
    });
    equal([result.object, sentBody(0).response_format.json_schema.name], [{ colour: 'blue' }, 'paint']);
  });

  test('r68 counts and facts of the response are mapped', async () => {
    const usage = {
      prompt_tokens: 20,
      completion_tokens: 9,
      prompt_tokens_details: { cached_tokens: 5 },
      completion_tokens_details: { reasoning_tokens: 4 },
    };
    const choices = [{ index: 0, message: { content: 'ok' }, finish_reason: 'length' }];
    const answer = { id: 'chatcmpl-7', model: 'gpt-4.1-2025', choices, usage };
    const { model } = await shop(setting, 'chat', [json(answer, 200, { 'x-request-id': 'req-7' })]);
    const result = await sdk.generateText({ model, prompt: 'x', maxRetries: 0 });
    const { inputTokens, inputTokenDetails, outputTokens, outputTokenDetails } = result.usage;
    equal([inputTokens, outputTokens, result.finishReason, result.rawFinishReason], [20, 9, 'length', 'length']);
    equal([inputTokenDetails.noCacheTokens, inputTokenDetails.cacheReadTokens], [15, 5]);
    equal([outputTokenDetails.textTokens, outputTokenDetails.reasoningTokens], [5, 4]);
    const { id, modelId, timestamp, headers } = result.response;
    equal([id, modelId, headers?.['x-request-id']], ['chatcmpl-7', 'gpt-4.1-2025', 'req-7']);
    equal(timestamp instanceof Date && Math.abs(Date.now() - timestamp.getTime()) < 60_000, true);
  });

  test('a stream tells its parts in the order that the SDK wants', async () => {
    const { model } = await shop(setting, 'chat');
    const types: string[] = [];
    const { stream } = await model.doStream({ prompt: [{ role: 'user', content: [{ type: 'text', text: 'hello' }] }] });
    for await (const part of stream as ReadableStream<{ type: string }>) {
      if (types.at(-1) !== part.type) types.push(part.type);
    }
    equal(types, ['stream-start', 'response-metadata', 'text-start', 'text-delta', 'text-end', 'finish']);
  });

  test('this library’s own parts are shown when asked for', async () => {
    const { model } = await shop(setting, 'chat');
    const result = sdk.streamText({ model, prompt: PROMPTS.text, includeRawChunks: true, maxRetries: 0 });
    let text = '';
    for await (const part of result.fullStream) {
      const raw = part.type === 'raw' ? (part.rawValue as { type: string; text: string }) : undefined;
      if (raw?.type === 'text-delta') text += raw.text;
    }
    equal(text, ANSWER);
  });

  test('sources are told, with and without an address', async () => {
    const chunks = [
      { web: { uri: 'https://a.example/x', title: 'A' } },
      { retrievedContext: { title: 'Manual', text: 'quoted' } },
    ];
    const candidate = {
      content: { parts: [{ text: 'ok' }] },
      finishReason: 'STOP',
      groundingMetadata: { groundingChunks: chunks },
    };
    const answer = { responseId: 'r1', candidates: [candidate] };
    const { model } = await shop(setting, 'google', [json(answer), sse(answer)]);
    const whole = await sdk.generateText({ model, prompt: 'x', maxRetries: 0 });
    const streamed = sdk.streamText({ model, prompt: 'x', maxRetries: 0 });
    for (const sources of [whole.sources, await streamed.sources]) {
      equal(
        sources.map((source) => [source.sourceType, source.title, source.sourceType === 'url' && source.url]),
        [
          ['url', 'A', 'https://a.example/x'],
          ['document', 'Manual', false],
        ],
      );
      equal(new Set(sources.map(({ id }) => id)).size, 2);
    }
  });

  test('an answer whose end is missing is not taken for a whole one', async () => {
    const chunk = { id: 'c', choices: [{ index: 0, delta: { content: 'half' } }] };
    const { model } = await shop(setting, 'chat', [sse(chunk)]);
    const result = sdk.streamText({ model, prompt: 'x', maxRetries: 0 });
    const expected = setting.specification === 'v4' ? 'interrupted' : 'other';
    equal([await result.text, await result.finishReason], ['half', expected]);
  });

  return list;
}
