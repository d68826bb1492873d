// Messages, as Anthropic's servers speak it: canned answers, and a client written by hand.

const model = 'claude-sonnet-5-5';
const URL = 'https://api.anthropic.com/v1/messages';
const usage = { input_tokens: 9, output_tokens: 3 };
const event = (data) => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
const message = { id: 'msg_1', type: 'message', role: 'assistant', model, stop_sequence: null };

/** A stream of one block. */
function block(start, deltas, stop_reason) {
  return [
    event({ type: 'message_start', message: { ...message, content: [], stop_reason: null, usage } }),
    event({ type: 'content_block_start', index: 0, content_block: start }),
    event({ type: 'ping' }),
    ...deltas.map((delta) => event({ type: 'content_block_delta', index: 0, delta })),
    event({ type: 'content_block_stop', index: 0 }),
    event({ type: 'message_delta', delta: { stop_reason, stop_sequence: null }, usage }),
    event({ type: 'message_stop' }),
  ];
}

export default {
  name: 'anthropic',
  settings: { provider: 'anthropic', model },

  answer: (text) => JSON.stringify({ ...message, content: [{ type: 'text', text }], stop_reason: 'end_turn', usage }),

  events: (texts) =>
    block(
      { type: 'text', text: '' },
      texts.map((text) => ({ type: 'text_delta', text })),
      'end_turn',
    ),

  fragments: (name, parts) =>
    block(
      { type: 'tool_use', id: 'toolu_1', name, input: {} },
      parts.map((partial_json) => ({ type: 'input_json_delta', partial_json })),
      'tool_use',
    ),

  hand: {
    url: () => URL,
    headers: (key) => ({ 'content-type': 'application/json', 'x-api-key': key, 'anthropic-version': '2023-06-01' }),
    body: ({ messages, tools }, stream) => ({
      model,
      max_tokens: 1000,
      messages,
      tools: tools?.map(({ parameters, ...tool }) => ({ ...tool, input_schema: parameters })),
      ...(stream && { stream: true }),
    }),
    read: ({ content, usage }) => ({ text: content[0].text, usage }),
    delta: ({ delta }) => delta?.text ?? '',
    fragment: ({ delta }) => delta?.partial_json ?? '',
  },
};
