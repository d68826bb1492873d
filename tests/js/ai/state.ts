// r68 What a provider wants back with a piece of its answer survives the SDK's loop, on the three wires that have such.

import { type Case, equal } from '../suite.js';
import { json, type Scripted, type Setting, shop, sse, type WireName } from './shop.js';

const SIGNATURE = 'c2lnbmF0dXJlLW9mLXRoZS10aG91Z2h0';

interface Example {
  wire: WireName;
  whole: unknown;
  stream: { type?: string; [field: string]: unknown }[];
  done: unknown;
  /** Where the signature has to be in the request after the tool ran. */
  // biome-ignore lint/suspicious/noExplicitAny: a provider's body
  place(body: any): unknown;
}

const THINKING = { type: 'thinking', thinking: 'hm', signature: SIGNATURE };
const USE = { type: 'tool_use', id: 't1', name: 'look', input: {} };
const REASONING = {
  id: 'rs_1',
  type: 'reasoning',
  summary: [{ type: 'summary_text', text: 'hm' }],
  encrypted_content: SIGNATURE,
};
const FUNCTION_CALL = { id: 'fc_1', type: 'function_call', call_id: 't1', name: 'look', arguments: '{}' };
const RESPONSE = { id: 'resp_1', object: 'response', status: 'completed', output: [REASONING, FUNCTION_CALL] };
const GEMINI = {
  candidates: [
    {
      content: { parts: [{ functionCall: { name: 'look', args: {} }, thoughtSignature: SIGNATURE }] },
      finishReason: 'STOP',
    },
  ],
};

const EXAMPLES: Example[] = [
  {
    wire: 'anthropic',
    whole: { content: [THINKING, USE], stop_reason: 'tool_use' },
    stream: [
      { type: 'message_start', message: { id: 'm1', role: 'assistant', content: [] } },
      { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'hm' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: SIGNATURE } },
      { type: 'content_block_stop', index: 0 },
      { type: 'content_block_start', index: 1, content_block: USE },
      { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: '{}' } },
      { type: 'content_block_stop', index: 1 },
      { type: 'message_delta', delta: { stop_reason: 'tool_use' } },
      { type: 'message_stop' },
    ],
    done: { content: [{ type: 'text', text: 'done' }], stop_reason: 'end_turn' },
    place: (body) => body.messages[1].content[0],
  },
  {
    wire: 'responses',
    whole: RESPONSE,
    stream: [
      { type: 'response.created', response: { id: 'resp_1' } },
      { type: 'response.output_item.added', output_index: 0, item: { ...REASONING, summary: [] } },
      { type: 'response.output_item.done', output_index: 0, item: REASONING },
      { type: 'response.output_item.added', output_index: 1, item: { ...FUNCTION_CALL, arguments: '' } },
      { type: 'response.output_item.done', output_index: 1, item: FUNCTION_CALL },
      { type: 'response.completed', response: RESPONSE },
    ],
    done: {
      id: 'resp_2',
      object: 'response',
      status: 'completed',
      output: [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'done' }] }],
    },
    place: (body) => body.input.find((item: { type: string }) => item.type === 'reasoning'),
  },
  {
    wire: 'google',
    whole: GEMINI,
    stream: [GEMINI],
    done: { candidates: [{ content: { parts: [{ text: 'done' }] }, finishReason: 'STOP' }] },
    place: (body) => body.contents[1].parts[0],
  },
];

/** The cases. */
export function cases(setting: Setting): Case[] {
  const { sdk } = setting;
  const look = sdk.tool({ inputSchema: sdk.jsonSchema({ type: 'object' }), execute: () => 'seen' });
  return EXAMPLES.flatMap(({ wire, whole, stream, done, place }) =>
    [false, true].map((streams) => ({
      name: `r68 ${wire}: a signature survives a tool loop (${streams ? 'stream' : 'whole'})`,
      async run() {
        const script: Scripted[] = streams ? [sse(...stream), json(done)] : [json(whole), json(done)];
        const { model, sent, sentBody } = await shop(setting, wire, script);
        const options = { model, tools: { look }, prompt: 'x', stopWhen: sdk.stepCountIs(3), maxRetries: 0 };
        const text = streams ? await sdk.streamText(options).text : (await sdk.generateText(options)).text;
        equal([text, sent.length], ['done', 2]);
        const piece = JSON.stringify(place(sentBody(1)) ?? null);
        equal([piece.includes(SIGNATURE), JSON.stringify(sentBody(0)).includes(SIGNATURE)], [true, false]);
      },
    })),
  );
}
