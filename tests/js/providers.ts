// Every provider's wire, end to end against a mock that others made: built by the core, sent by fetch, decoded by the
// core. It gets the library and the address of a gate that stands before the mock and can misbehave.

import { type Case, equal, type Library } from './suite.js';

/** What the gate saw and can do. */
export interface Gate {
  url: string;
  /** The last request. */
  last(): { path: string; headers: Record<string, string | string[] | undefined>; body: Record<string, unknown> };
  /** Forgets failures that nobody met. */
  calm(): void;
  /** Answers the next requests with these statuses before any goes through. */
  fail(...failures: { status: number; body: unknown; headers?: Record<string, string> }[]): void;
  /** How many bytes the last answer had. */
  size(): number;
  /** Cuts the next answer's connection after this many bytes. */
  cutAfter(bytes: number): void;
}

/** What the mock answers to. */
export const PROMPTS = {
  text: 'hello',
  tool: 'weather',
  errand: 'errand',
  json: 'colour',
  long: 'long story',
} as const;

const KEY = 'test-key-0123456789abcdef';
const ANSWER = 'Hi there, how can I help?';

interface Wire {
  name: string;
  provider: 'anthropic' | 'cohere' | 'custom' | 'google' | 'openai';
  model: string;
  api?: 'chat' | 'messages' | 'responses';
  path: string;
  key: [header: string, value: string];
}

const bearer: [string, string] = ['authorization', `Bearer ${KEY}`];

const WIRES: readonly Wire[] = [
  {
    name: 'anthropic',
    provider: 'anthropic',
    model: 'claude-sonnet-5-5',
    path: '/v1/messages',
    key: ['x-api-key', KEY],
  },
  { name: 'openai chat', provider: 'openai', api: 'chat', model: 'gpt-4.1', path: '/v1/chat/completions', key: bearer },
  {
    name: 'openai responses',
    provider: 'openai',
    api: 'responses',
    model: 'gpt-6-luna',
    path: '/v1/responses',
    key: bearer,
  },
  {
    name: 'google',
    provider: 'google',
    model: 'gemini-3.8-flash',
    path: '/v1beta/models/gemini-3.8-flash:generateContent',
    key: ['x-goog-api-key', KEY],
  },
  { name: 'cohere', provider: 'cohere', model: 'command-a-plus-05-2026', path: '/v2/chat', key: bearer },
  { name: 'custom chat', provider: 'custom', model: 'any', path: '/v1/chat/completions', key: bearer },
  { name: 'custom responses', provider: 'custom', api: 'responses', model: 'any', path: '/v1/responses', key: bearer },
  {
    name: 'custom messages',
    provider: 'custom',
    api: 'messages',
    model: 'any',
    path: '/v1/messages',
    key: ['x-api-key', KEY],
  },
];

/** The tools that the mock calls at once. */
export const ERRANDS = ['get_weather', 'get_time', 'get_stock'] as const;

const TOOL = {
  name: 'get_weather',
  description: 'The weather of a city',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

/** Every case of every wire, and those that need two of them. */
export function cases(library: Library, gate: Gate): Case[] {
  return [...WIRES.flatMap((wire) => wireCases(library, gate, wire)), ...crossCases(library, gate)];
}

async function shop({ default: Ductape }: Library, gate: Gate, ...wires: Wire[]) {
  gate.calm();
  const ductape = new Ductape({ product: 'shop', env: 'dev', retry: { maxRetries: 1 } });
  for (const { name, provider, model, api } of wires) {
    const envs = [{ slug: 'dev', baseUrl: gate.url, apiKey: KEY }];
    await ductape.model.create({ tag: tagOf(name), name, provider, model, envs, ...(api && { api }) });
  }
  return ductape;
}

const tagOf = (name: string): string => name.replaceAll(' ', '-');

function wireCases(library: Library, gate: Gate, wire: Wire): Case[] {
  const { DuctapeError } = library;
  const tag = tagOf(wire.name);
  const list: Case[] = [];
  const test = (name: string, run: () => Promise<void>) => list.push({ name: `${wire.name}: ${name}`, run });
  const failure = async (work: () => Promise<unknown>) => {
    try {
      await work();
    } catch (error) {
      if (DuctapeError.is(error)) return error;
      throw error;
    }
    throw new Error('it did not fail');
  };

  test('r56 generate, with the key in its header and nowhere else (r41)', async () => {
    const ductape = await shop(library, gate, wire);
    const answer = await ductape.generate({ model: tag, system: 'Be brief.', prompt: PROMPTS.text });
    equal([answer.text, answer.finishReason.unified, answer.served.provider], [ANSWER, 'stop', wire.provider]);
    const { path, headers, body } = gate.last();
    equal([path, headers[wire.key[0]]], [wire.path, wire.key[1]]);
    equal(
      [path, JSON.stringify(body)].some((text) => text.includes(KEY)),
      false,
    );
  });

  test('r56 stream gives parts and the same result', async () => {
    const stream = (await shop(library, gate, wire)).stream({ model: tag, prompt: PROMPTS.text });
    let text = '';
    const types: string[] = [];
    for await (const part of stream) {
      types.push(part.type);
      if (part.type === 'text-delta') text += part.text;
    }
    const result = await stream.result;
    equal([text, result.text, result.finishReason.unified], [ANSWER, ANSWER, 'stop']);
    equal([types[0], types.at(-1)], ['response-start', 'finish']);
  });

  for (const streamed of [false, true]) {
    test(`r56 a tool is called and its result goes back (${streamed ? 'stream' : 'generate'})`, async () => {
      const ductape = await shop(library, gate, wire);
      const ask = (messages: Parameters<typeof ductape.generate>[0]['messages'] & object) => {
        const options = { model: tag, messages, tools: [TOOL] };
        return streamed ? ductape.stream(options).result : ductape.generate(options);
      };
      const question = { role: 'user', content: PROMPTS.tool } as const;
      const first = await ask([question]);
      equal(
        first.toolCalls.map((call) => [call.toolName, call.input, call.incomplete ?? false]),
        [['get_weather', { city: 'Paris' }, false]],
      );
      // The mock ends Gemini's tool calls with a word that Gemini does not have.
      equal(first.finishReason.unified, wire.provider === 'google' ? 'other' : 'tool-calls');
      const call = first.toolCalls[0];
      if (call === undefined) throw new Error('no call');
      const { toolCallId, toolName } = call;
      const output = { type: 'tool-result', toolCallId, toolName, output: { sky: 'clear' } } as const;
      const second = await ask([
        question,
        { role: 'assistant', content: first.content },
        { role: 'tool', content: [output] },
      ]);
      equal(second.text, 'It is clear in Paris.');
    });

    test(`r55 an agent with three tools runs, and goes on (${streamed ? 'stream' : 'run'})`, async () => {
      const ductape = await shop(library, gate, wire);
      const tool = (name: string) => ({
        ...TOOL,
        tag: name,
        name,
        handler: (_: object, { city }: { city?: string }) => ({ name, city }),
      });
      const tools = ERRANDS.map(tool);
      await ductape.agents.define({ tag: 'runner', model: tag, systemPrompt: 'Be quick.', tools });
      const go = async (messages: object[]) => {
        const options = { tag: 'runner', input: PROMPTS.errand, messages } as Parameters<typeof ductape.agents.run>[0];
        return streamed ? ductape.agents.stream(options).result : ductape.agents.run(options);
      };
      const first = await go([]);
      equal([first.status, first.output, first.iterations], ['completed', 'All done.', 2]);
      equal(
        first.toolCalls.map(({ tool, status, output }) => [tool, status, output]),
        ERRANDS.map((name) => [name, 'completed', { name, city: 'Paris' }]),
      );
      const second = await go(first.conversationHistory);
      equal([second.status, second.output, second.iterations], ['completed', 'All done.', 2]);
      equal([first.conversationHistory.length, second.conversationHistory.length], [4, 8]);
    });
  }

  test('r56 a schema gives an object', async () => {
    const schema = {
      type: 'object',
      properties: { colour: { type: 'string' } },
      required: ['colour'],
      additionalProperties: false,
    };
    const answer = await (await shop(library, gate, wire)).generate({ model: tag, prompt: PROMPTS.json, schema });
    equal(answer.object, { colour: 'blue' });
  });

  test('r59 a rate limit is waited out and repeated', async () => {
    const ductape = await shop(library, gate, wire);
    gate.fail({ status: 429, body: { error: { message: 'slow down' } }, headers: { 'retry-after-ms': '20' } });
    const answer = await ductape.generate({ model: tag, prompt: PROMPTS.text });
    equal(
      answer.attempts.map((attempt) => [attempt.status, attempt.code ?? null, attempt.delayMs ?? null]),
      [
        [429, 'rate_limited', 20],
        [200, null, null],
      ],
    );
  });

  test('a refused key is auth_failed and sent once', async () => {
    const ductape = await shop(library, gate, wire);
    gate.fail({ status: 401, body: { error: { message: 'no' } } });
    const error = await failure(() => ductape.generate({ model: tag, prompt: PROMPTS.text }));
    equal([error.code, error.status, error.provider, error.retryable], ['auth_failed', 401, wire.provider, false]);
  });

  test('r57 a connection that is cut keeps what came', async () => {
    const ductape = await shop(library, gate, wire);
    await ductape.stream({ model: tag, prompt: PROMPTS.long }).result;
    gate.cutAfter(Math.floor(gate.size() * 0.6));
    let text = '';
    const error = await failure(async () => {
      for await (const part of ductape.stream({ model: tag, prompt: PROMPTS.long })) {
        if (part.type === 'text-delta') text += part.text;
      }
    });
    equal([error.code, text.length > 0, LONG.startsWith(text)], ['network', true, true]);
    equal((error.details.partial as { text: string }).text, text);
  });

  test('r70 verify tells a good key from a refused one', async () => {
    const ductape = await shop(library, gate, wire);
    const good = await ductape.model.verify({ tag });
    gate.fail({ status: 401, body: { error: { message: 'no' } } });
    const bad = await ductape.model.verify({ tag });
    equal([good.ok, good.status, bad.ok, bad.status], [true, 'ok', false, 'bad_key']);
  });

  test('buildRequest shows everything but the key, and curl text for a shell', async () => {
    const ductape = await shop(library, gate, wire);
    const request = await ductape.buildRequest({ model: tag, prompt: "it's" });
    equal([request.url.endsWith(wire.path), JSON.stringify(request).includes(KEY)], [true, false]);
    const curl = request.toCurl();
    equal([curl.includes('"$API_KEY"'), curl.includes("it'\\''s"), curl.includes(KEY)], [true, true, false]);
  });
  return list;
}

/** The answer to a prompt that nobody else asks. */
export const LONG = 'Once upon a time there was a stream that was cut in the middle of its very long story. '.repeat(8);

function crossCases(library: Library, gate: Gate): Case[] {
  const [anthropic, openai] = WIRES;
  if (anthropic === undefined || openai === undefined) return [];
  const options = { model: 'anthropic', prompt: PROMPTS.text, fallback: ['openai-chat'] };
  const failing = { status: 404, body: { type: 'error', error: { type: 'not_found_error', message: 'gone' } } };
  return [
    {
      name: 'r61 another provider answers where the first does not',
      async run() {
        const ductape = await shop(library, gate, anthropic, openai);
        gate.fail(failing);
        const answer = await ductape.generate(options);
        equal([answer.text, answer.served.tag], [ANSWER, 'openai-chat']);
        equal(
          answer.attempts.map((attempt) => [attempt.tag, attempt.status]),
          [
            ['anthropic', 404],
            ['openai-chat', 200],
          ],
        );
      },
    },
    {
      name: 'r61 a stream falls back as well',
      async run() {
        const ductape = await shop(library, gate, anthropic, openai);
        gate.fail(failing);
        equal((await ductape.stream(options).result).served.tag, 'openai-chat');
      },
    },
    {
      name: 'r61b a parameter that is refused is dropped, once and for all',
      async run() {
        const ductape = await shop(library, gate, openai);
        const message = "Unsupported parameter: 'top_p' is not supported with this model.";
        const error = { message, type: 'invalid_request_error', param: 'top_p', code: 'unsupported_parameter' };
        gate.fail({ status: 400, body: { error } });
        const call = { model: 'openai-chat', prompt: PROMPTS.text, modelConfig: { topP: 0.5 } };
        const healed = await ductape.generate(call);
        equal([healed.attempts.length, 'top_p' in gate.last().body], [2, false]);
        const again = await ductape.generate(call);
        equal([again.attempts.length, 'top_p' in gate.last().body], [1, false]);
        equal(
          [...healed.warnings, ...again.warnings].map((warning) => warning.code),
          ['healed', 'healed'],
        );
      },
    },
  ];
}
