// The AI SDK with its provider for servers that speak OpenAI's chat completions.

import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText, Output, stepCountIs, streamText, tool } from 'ai';
import { z } from 'zod';

import { type Case, equal } from '../suite.js';
import { failure, type Setting, shop, TAGS, until } from './shop.js';
import { ANSWER, WEATHER } from './upstream.js';

export async function cases(setting: Setting): Promise<Case[]> {
  const door = await shop(setting);
  const provider = createOpenAICompatible({
    name: 'gateway',
    baseURL: `${door.url}/v1`,
    apiKey: await door.token(),
    includeUsage: true,
    supportsStructuredOutputs: true,
  });
  const get_weather = tool({
    description: 'The weather in a city.',
    inputSchema: z.object({ city: z.string() }),
    execute: async ({ city }) => `clear in ${city}`,
  });
  const list: Case[] = [];
  const test = (name: string, run: () => Promise<void>) => list.push({ name: `r69 ${name}`, run });

  for (const tag of TAGS) {
    test(`the AI SDK answers, streams and calls tools over ${tag}`, async () => {
      const model = provider(tag);
      const whole = await generateText({ model, prompt: 'hello', maxRetries: 0 });
      equal([whole.text, whole.finishReason, whole.usage.totalTokens], [ANSWER, 'stop', 18]);
      const streamed = streamText({ model, prompt: 'hello', maxRetries: 0 });
      let text = '';
      for await (const delta of streamed.textStream) text += delta;
      equal([text, (await streamed.usage).outputTokens], [ANSWER, 7]);
      const options = { model, prompt: 'weather', tools: { get_weather }, stopWhen: stepCountIs(3), maxRetries: 0 };
      const called = await generateText(options);
      equal([called.text, called.steps.length], [WEATHER, 2]);
      equal(
        called.steps[0]?.toolResults.map(({ output }) => output),
        ['clear in Paris'],
      );
      const steps = streamText(options);
      equal([await steps.text, (await steps.steps).length], [WEATHER, 2]);
    });
  }

  test('the AI SDK gets objects', async () => {
    const schema = z.object({ colour: z.string() });
    const asked = { model: provider('google'), prompt: 'colour', maxRetries: 0 };
    const { output } = await generateText({ ...asked, output: Output.object({ schema }) });
    equal(output, { colour: 'blue' });
  });

  test('the AI SDK sees failures and gives up when it is told to', async () => {
    const error = await failure(() => generateText({ model: provider('nobody'), prompt: 'hello', maxRetries: 0 }));
    equal([error.name, (error as { statusCode?: number }).statusCode], ['AI_APICallError', 404]);
    const envs = [{ slug: 'dev', baseUrl: `${setting.upstream.url}/endless` }];
    const endless = {
      product: 'shop',
      tag: 'endless',
      name: 'Endless',
      provider: 'custom' as const,
      model: 'any',
      envs,
    };
    await door.ductape.model.create(endless);
    const gone = new AbortController();
    const asked = { model: provider('endless'), prompt: 'hello', maxRetries: 0, abortSignal: gone.signal };
    const streamed = streamText(asked);
    for await (const delta of streamed.textStream) if (delta === 'first') gone.abort();
    await until(() => setting.upstream.open() === 0, 'the provider saw the connection close');
  });
  return list;
}
