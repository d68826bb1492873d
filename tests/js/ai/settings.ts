// r68 Settings: what goes where, and a warning for everything that does not.

import { type Case, equal } from '../suite.js';
import { json, KEY, metadataOf, type Sent, type Setting, shop, type WireName } from './shop.js';

const REPLIES: Record<string, unknown> = {
  anthropic: { content: [{ type: 'text', text: 'done' }], stop_reason: 'end_turn' },
  chat: { choices: [{ index: 0, message: { content: 'done' }, finish_reason: 'stop' }] },
  responses: { id: 'r', object: 'response', status: 'completed', output: [] },
  google: { candidates: [{ content: { parts: [{ text: 'done' }] }, finishReason: 'STOP' }] },
  cohere: { message: { content: [{ type: 'text', text: 'done' }] }, finish_reason: 'COMPLETE' },
};

const PROMPT = [{ role: 'user', content: [{ type: 'text', text: 'x' }] }] as const;

/** What each wire makes of all the extra settings at once. */
const EXTRAS: [WireName, (body: Sent['body']) => unknown, expected: unknown, missing: string[]][] = [
  [
    'chat',
    (body) => [body.seed, body.presence_penalty, body.frequency_penalty, body.reasoning_effort],
    [7, 0.1, 0.2, 'low'],
    ['topK'],
  ],
  ['responses', (body) => body.reasoning, { effort: 'low' }, ['topK', 'seed', 'presencePenalty', 'frequencyPenalty']],
  [
    'anthropic',
    (body) => [body.top_k, body.output_config],
    [5, { effort: 'low' }],
    ['seed', 'presencePenalty', 'frequencyPenalty'],
  ],
  [
    'google',
    ({ generationConfig: { topK, seed, presencePenalty, frequencyPenalty, thinkingConfig } }) => [
      topK,
      seed,
      presencePenalty,
      frequencyPenalty,
      thinkingConfig,
    ],
    [5, 7, 0.1, 0.2, { thinkingLevel: 'low' }],
    [],
  ],
  [
    'cohere',
    (body) => [body.k, body.seed, body.presence_penalty, body.frequency_penalty],
    [5, 7, 0.1, 0.2],
    ['reasoning'],
  ],
];

/** The cases. */
export function cases(setting: Setting): Case[] {
  const { sdk, bridge, specification } = setting;
  const list: Case[] = [];
  const test = (name: string, run: () => Promise<void>) => list.push({ name, run });
  const done = json(REPLIES.chat);

  test('r68 the settings that both have reach the provider', async () => {
    const { model, sentBody } = await shop(setting, 'chat', [done]);
    const settings = { temperature: 0.3, maxOutputTokens: 50, topP: 0.9, stopSequences: ['END'] };
    await sdk.generateText({ model, prompt: 'x', ...settings, maxRetries: 0 });
    const { temperature, max_completion_tokens, top_p, stop } = sentBody(0);
    equal([temperature, max_completion_tokens, top_p, stop], [0.3, 50, 0.9, ['END']]);
  });

  for (const [wire, picked, expected, missing] of EXTRAS) {
    test(`r68 ${wire}: settings beyond those go where the wire has them, else a warning says so`, async () => {
      const { model, sent, sentBody } = await shop(setting, wire, [json(REPLIES[wire])]);
      const extras = { topK: 5, seed: 7, presencePenalty: 0.1, frequencyPenalty: 0.2, reasoning: 'low' } as const;
      const { warnings } = await model.doGenerate({ prompt: PROMPT, ...extras });
      equal(picked(sentBody(0)), expected);
      const unsupported = warnings.flatMap((warning) => (warning.type === 'unsupported' ? [warning.feature] : []));
      equal(unsupported.sort(), [...missing].sort());
      equal(sent.length, 1);
    });
  }

  test('r68 what has no place in a call is a warning of the SDK’s result', async () => {
    const { model, sent } = await shop(setting, 'chat', [done]);
    const result = await sdk.generateText({
      model,
      prompt: 'x',
      topK: 5,
      headers: { 'x-team': 'blue' },
      providerOptions: { ductape: { colour: 'red' } },
      maxRetries: 0,
    });
    equal(
      result.warnings?.map((warning) => [warning.type, 'feature' in warning && warning.feature]),
      [
        ['unsupported', 'providerOptions.ductape.colour'],
        ['unsupported', 'headers'],
        ['unsupported', 'topK'],
      ],
    );
    equal(Object.keys(sent[0]?.headers ?? {}).includes('x-team'), false);
  });

  test('r68 the library’s own warnings become the SDK’s, whole and streamed', async () => {
    const { model } = await shop(setting, 'anthropic', [json(REPLIES.anthropic), json(REPLIES.anthropic)]);
    const schema = { type: 'object', properties: { a: { type: 'integer', minimum: 1 } }, required: ['a'] } as const;
    const options = { prompt: PROMPT, responseFormat: { type: 'json', schema } } as const;
    const { warnings } = await model.doGenerate(options);
    const { stream } = await model.doStream(options);
    const first = (await (stream as ReadableStream<{ warnings: unknown }>).getReader().read()).value;
    equal(
      warnings.map((warning) => [warning.type, 'feature' in warning && warning.feature]),
      [['compatibility', 'schema']],
    );
    equal(first?.warnings, warnings);
  });

  test('r68 tools of a vendor, strictness and JSON without a schema are refused by a warning', async () => {
    const { model, sentBody } = await shop(setting, 'chat', [done]);
    const { warnings } = await model.doGenerate({
      prompt: PROMPT,
      responseFormat: { type: 'json' },
      tools: [
        { type: 'provider', id: 'openai.web_search', name: 'web_search' },
        { type: 'function', name: 'look', inputSchema: { type: 'object' }, strict: true, inputExamples: [{}] },
      ],
    });
    equal(
      [warnings.length, warnings.every(({ type }) => type === 'unsupported'), sentBody(0).tools.length],
      [4, true, 1],
    );
  });

  test('product and environment are the provider’s, and a call may name another', async () => {
    const { ductape, sent } = await shop(setting, 'chat', [done, done]);
    const models = bridge.ductapeProvider(ductape, { product: 'shop', env: 'prd', specification });
    const model = models('support') as never;
    await sdk.generateText({ model, prompt: 'x', maxRetries: 0 });
    const providerOptions = { ductape: { env: 'dev' } };
    await sdk.generateText({ model, prompt: 'x', providerOptions, maxRetries: 0 });
    equal(
      sent.map(({ body }) => body.model),
      ['gpt-4.1-prd', 'gpt-4.1'],
    );
  });

  test('fields of the body and stand-ins are given under providerOptions.ductape', async () => {
    const missing = json({ error: { message: 'gone' } }, 404);
    const { ductape, model, sent, sentBody } = await shop(setting, 'chat', [missing, done]);
    const envs = [{ slug: 'dev', baseUrl: 'http://127.0.0.1:9/v1', apiKey: KEY }];
    await ductape.model.create({
      tag: 'spare',
      name: 'S',
      provider: 'openai',
      api: 'chat',
      model: 'gpt-4.1-mini',
      envs,
    });
    const own = { fallback: ['spare'], timeout: 5000, providerOptions: { seed: 9, user: 'u1' } };
    const result = await sdk.generateText({
      model,
      prompt: 'x',
      seed: 1,
      providerOptions: { ductape: own },
      maxRetries: 0,
    });
    equal([sent.length, sentBody(1).model, sentBody(1).seed, sentBody(1).user], [2, 'gpt-4.1-mini', 9, 'u1']);
    const { served, attempts } = metadataOf(result);
    equal([served.tag, attempts.length], ['spare', 2]);
  });

  test('a request is shown without its key, where it is asked for', async () => {
    const { ductape, model } = await shop(setting, 'chat', [done, done]);
    const shown = bridge.ductapeProvider(ductape, { specification, requestBody: true })('support');
    const { request } = await shown.doGenerate({ prompt: PROMPT });
    equal((request?.body as { model: string } | undefined)?.model, 'gpt-4.1');
    equal(JSON.stringify(request).includes(KEY), false);
    equal((await model.doGenerate({ prompt: PROMPT })).request, undefined);
  });

  return list;
}
