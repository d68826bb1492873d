// Chat, version 2, as Cohere's servers speak it: canned answers, and a client written by hand.

const model = 'command-a-03-2025';
const URL = 'https://api.cohere.com/v2/chat';
const usage = { billed_units: { input_tokens: 9, output_tokens: 3 }, tokens: { input_tokens: 9, output_tokens: 3 } };
const event = (data) => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
const start = event({
  id: 'c-1',
  type: 'message-start',
  delta: { message: { role: 'assistant', content: [], tool_plan: '', tool_calls: [], citations: [] } },
});
const end = (finish_reason) => [event({ type: 'message-end', delta: { finish_reason, usage } }), 'data: [DONE]\n\n'];

export default {
  name: 'cohere',
  settings: { provider: 'cohere', model },

  answer: (text) =>
    JSON.stringify({
      id: 'c-1',
      message: { role: 'assistant', content: [{ type: 'text', text }] },
      finish_reason: 'COMPLETE',
      usage,
    }),

  events: (texts) => [
    start,
    event({ type: 'content-start', index: 0, delta: { message: { content: { type: 'text', text: '' } } } }),
    ...texts.map((text) => event({ type: 'content-delta', index: 0, delta: { message: { content: { text } } } })),
    event({ type: 'content-end', index: 0 }),
    ...end('COMPLETE'),
  ],

  fragments: (name, parts) => {
    const call = (type, tool_calls) => event({ type, index: 0, delta: { message: { tool_calls } } });
    return [
      start,
      call('tool-call-start', { id: 'call_1', type: 'function', function: { name, arguments: '' } }),
      ...parts.map((text) => call('tool-call-delta', { function: { arguments: text } })),
      event({ type: 'tool-call-end', index: 0 }),
      ...end('TOOL_CALL'),
    ];
  },

  hand: {
    url: () => URL,
    headers: (key) => ({ 'content-type': 'application/json', authorization: `Bearer ${key}` }),
    body: ({ messages, tools }, stream) => ({
      model,
      messages,
      tools: tools?.map((tool) => ({ type: 'function', function: tool })),
      temperature: 0.7,
      ...(stream && { stream: true }),
    }),
    read: ({ message, usage }) => ({ text: message.content[0].text, usage }),
    delta: ({ type, delta }) => (type === 'content-delta' ? delta.message.content.text : ''),
    fragment: ({ type, delta }) => (type === 'tool-call-delta' ? delta.message.tool_calls.function.arguments : ''),
  },
};
