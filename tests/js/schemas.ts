// Calls of every kind, for every wire, and the bodies that they make. It knows no schema.

import type { Library } from './suite.js';

export type Schema = 'anthropic' | 'chat' | 'cohere' | 'google' | 'responses';

/** One body. */
export interface Built {
  name: string;
  schema: Schema;
  body: unknown;
}

type Call = Parameters<InstanceType<Library['default']>['generate']>[0];

interface Target {
  schema: Schema;
  provider: 'anthropic' | 'cohere' | 'custom' | 'google' | 'openai';
  api?: 'chat' | 'messages' | 'responses';
  model: string;
  /** Calls that this wire or model refuses before anything is sent. */
  refuses?: readonly string[];
  /** Calls whose bodies the schema does not know to be right: the document is older than the API, or not this server's. */
  beyond?: readonly string[];
}

const NO_PDF = ['pdf bytes', 'pdf address'];
const NO_SCHEMA = ['schema', 'loose schema', 'named schema'];

const TARGETS: readonly Target[] = [
  // Role `system` within the conversation came with Opus 4.8, after this document.
  { schema: 'anthropic', provider: 'anthropic', model: 'claude-sonnet-5-5', beyond: ['later system turn'] },
  { schema: 'anthropic', provider: 'anthropic', model: 'claude-haiku-4-5' },
  { schema: 'anthropic', provider: 'anthropic', model: 'claude-3-haiku-20240307', refuses: NO_SCHEMA },
  // Ranges and roles are the server's to say.
  {
    schema: 'anthropic',
    provider: 'custom',
    api: 'messages',
    model: 'any',
    beyond: ['later system turn', 'widest settings'],
  },
  { schema: 'chat', provider: 'openai', api: 'chat', model: 'gpt-4.1', refuses: ['pdf address'] },
  { schema: 'chat', provider: 'openai', api: 'chat', model: 'gpt-5.6-sol', refuses: ['pdf address'] },
  { schema: 'chat', provider: 'custom', model: 'any', refuses: ['pdf address'] },
  { schema: 'cohere', provider: 'cohere', model: 'command-a-plus-05-2026', refuses: NO_PDF },
  { schema: 'google', provider: 'google', model: 'gemini-3.8-flash' },
  { schema: 'google', provider: 'google', model: 'gemini-2.5-pro' },
  { schema: 'responses', provider: 'openai', model: 'gpt-6-luna' },
  { schema: 'responses', provider: 'openai', api: 'responses', model: 'gpt-4.1' },
  { schema: 'responses', provider: 'custom', api: 'responses', model: 'any', beyond: ['widest settings'] },
];

const PIXEL = 'data:image/png;base64,iVBORw0KGgo=';
const user = (...content: object[]) => ({ messages: [{ role: 'user', content }] });
const text = (words: string) => ({ type: 'text', text: words });
const tools = [
  {
    name: 'look_up',
    description: 'Looks a word up',
    parameters: { type: 'object', properties: { word: { type: 'string' } }, required: ['word'] },
  },
  { name: 'now' },
];
const ask = { prompt: 'Hello', tools };
const schema = {
  type: 'object',
  properties: { n: { type: 'integer' }, tags: { type: 'array', items: { type: 'string' } } },
  required: ['n', 'tags'],
  additionalProperties: false,
};
const round = (output: unknown, isError?: boolean) => ({
  messages: [
    { role: 'user', content: 'Look up tree' },
    {
      role: 'assistant',
      content: [
        { type: 'reasoning', text: 'A word to look up.' },
        text('I will look.'),
        { type: 'tool-call', toolCallId: 'call_1', toolName: 'look_up', input: { word: 'tree' } },
        { type: 'tool-call', toolCallId: 'call_2', toolName: 'now', input: {} },
      ],
    },
    {
      role: 'tool',
      content: [
        { type: 'tool-result', toolCallId: 'call_1', toolName: 'look_up', output, ...(isError && { isError }) },
        { type: 'tool-result', toolCallId: 'call_2', toolName: 'now', output: '12:00' },
      ],
    },
  ],
  tools,
});

const CALLS: readonly [name: string, call: object][] = [
  ['plain', { prompt: 'Hello' }],
  ['system', { system: 'Be brief.', prompt: 'Hello' }],
  ['streamed', { prompt: 'Hello', stream: true }],
  [
    'many turns',
    {
      system: 'Be brief.',
      messages: [
        { role: 'user', content: 'One?' },
        { role: 'assistant', content: 'Two.' },
        { role: 'user', content: 'Three?' },
      ],
    },
  ],
  [
    'later system turn',
    {
      messages: [
        { role: 'user', content: 'One?' },
        { role: 'assistant', content: 'Two.' },
        { role: 'system', content: 'Count faster.' },
        { role: 'user', content: 'Three?' },
      ],
    },
  ],
  ['image bytes', user(text('What is this?'), { type: 'image', image: PIXEL })],
  ['image address', user(text('And this?'), { type: 'image', image: 'https://a.example/b.png' })],
  ['pdf bytes', user({ type: 'file', data: 'JVBERi0xLjc=', mediaType: 'application/pdf', filename: 'a.pdf' })],
  ['pdf address', user({ type: 'file', data: 'https://a.example/b.pdf', mediaType: 'application/pdf' })],
  ['tools', ask],
  ['tools, streamed', { ...ask, stream: true }],
  ['no tool', { ...ask, toolChoice: 'none' }],
  ['some tool', { ...ask, toolChoice: 'required' }],
  ['this tool', { ...ask, toolChoice: { tool: 'now' } }],
  ['tool results', round({ found: true })],
  ['a text as result', round('a plant')],
  ['a failed tool', round('no such word', true)],
  ['schema', { prompt: 'Three numbers', schema }],
  ['named schema', { prompt: 'Three', schema: { name: 'numbers', description: 'Some numbers', schema } }],
  ['loose schema', { prompt: 'Three', schema: { type: 'object', properties: { n: { type: 'integer', minimum: 1 } } } }],
  [
    'all settings',
    { prompt: 'Hello', modelConfig: { temperature: 0.4, topP: 0.9, maxTokens: 64, stopSequences: ['END', '\n\n'] } },
  ],
  ['widest settings', { prompt: 'Hello', modelConfig: { temperature: 2, topP: 1, maxTokens: 1 } }],
  ['narrowest settings', { prompt: 'Hello', modelConfig: { temperature: 0, topP: 0, maxTokens: 200_000 } }],
  ['nothing sent', { prompt: 'Hello', modelConfig: { temperature: null, maxTokens: null } }],
];

/** Every body; a refusal that is not expected, and a missing one, are errors. */
export async function* bodies({ default: Ductape, DuctapeError }: Library): AsyncGenerator<Built> {
  for (const { schema: kind, provider, api, model, refuses, beyond } of TARGETS) {
    const ductape = new Ductape({ product: 'shop', env: 'dev' });
    const baseUrl = provider === 'custom' ? { baseUrl: 'https://llm.example' } : {};
    const envs = [{ slug: 'dev', apiKey: 'test-key-0123456789abcdef', ...baseUrl }];
    await ductape.model.create({ tag: 'm', name: 'M', provider, model, envs, ...(api && { api }) });
    for (const [call, options] of CALLS) {
      if (beyond?.includes(call)) continue;
      const name = `${provider} ${api ?? ''} ${model}: ${call}`;
      const built = await ductape.buildRequest({ model: 'm', ...(options as Call) }).catch((error: unknown) => error);
      const refused = built instanceof Error;
      if (refused && !(DuctapeError.is(built) && refuses?.includes(call))) throw new Error(`${name}: ${built}`);
      if (!refused && refuses?.includes(call)) throw new Error(`${name}: not refused`);
      if (!refused) yield { name, schema: kind, body: (built as { body: unknown }).body };
    }
  }
}

/** Bodies that the schemas must refuse, or they prove nothing. */
export function broken(): Built[] {
  const messages = [{ role: 'user', content: 'Hello' }];
  const chat = { model: 'gpt-4.1', messages };
  const claude = { model: 'claude-sonnet-5-5', max_tokens: 5, messages };
  const cohere = { model: 'command-a-plus-05-2026', messages, stream: false };
  const contents = [{ role: 'user', parts: [{ text: 'Hello' }] }];
  const rows: [Schema, string, object][] = [
    ['anthropic', 'no max_tokens', { model: 'claude-sonnet-5-5', messages }],
    ['anthropic', 'temperature 1.5', { ...claude, temperature: 1.5 }],
    ['anthropic', 'an unknown field', { ...claude, colour: 'blue' }],
    ['anthropic', 'messages as text', { ...claude, messages: 'Hello' }],
    ['chat', 'five stops', { ...chat, stop: ['a', 'b', 'c', 'd', 'e'] }],
    ['chat', 'temperature 3', { ...chat, temperature: 3 }],
    ['chat', 'no messages', { model: 'gpt-4.1' }],
    ['cohere', 'p 1', { ...cohere, p: 1 }],
    ['cohere', 'temperature 1.2', { ...cohere, temperature: 1.2 }],
    ['cohere', 'a bad safety mode', { ...cohere, safety_mode: 'LOUD' }],
    ['google', 'an unknown field', { contents, colour: 'blue' }],
    ['google', 'a bad mode', { contents, toolConfig: { functionCallingConfig: { mode: 'LOUD' } } }],
    ['responses', 'a bad include', { model: 'gpt-6-luna', input: 'Hello', include: ['everything'] }],
    ['responses', 'temperature 3', { model: 'gpt-6-luna', input: 'Hello', temperature: 3 }],
  ];
  return rows.map(([schema, name, body]) => ({ schema, name: `${schema}: ${name}`, body }));
}
