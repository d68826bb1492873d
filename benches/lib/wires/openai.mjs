// Chat completions, as OpenAI's servers speak it: canned answers, and a client written by hand.

const model = 'gpt-4.1';
const URL = 'https://api.openai.com/v1/chat/completions';
const usage = { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 };
const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1787150115, model, service_tier: 'default' };
const event = (delta, finish_reason = null) =>
  `data: ${JSON.stringify({ ...head, choices: [{ index: 0, delta, logprobs: null, finish_reason }] })}\n\n`;
const end = (reason) => [
  event({}, reason),
  `data: ${JSON.stringify({ ...head, choices: [], usage })}\n\n`,
  'data: [DONE]\n\n',
];

export default {
  name: 'openai',
  settings: { provider: 'openai', api: 'chat', model },

  answer: (content) =>
    JSON.stringify({
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: 1787150115,
      model,
      choices: [
        { index: 0, message: { role: 'assistant', content, refusal: null }, logprobs: null, finish_reason: 'stop' },
      ],
      usage,
    }),

  events: (texts) => [
    event({ role: 'assistant', content: '' }),
    ...texts.map((content) => event({ content })),
    ...end('stop'),
  ],

  fragments: (name, parts) => {
    const call = (fields) => event({ tool_calls: [{ index: 0, ...fields }] });
    return [
      event({ role: 'assistant', content: null }),
      call({ id: 'call_1', type: 'function', function: { name, arguments: '' } }),
      ...parts.map((text) => call({ function: { arguments: text } })),
      ...end('tool_calls'),
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
      ...(stream && { stream: true, stream_options: { include_usage: true } }),
    }),
    read: ({ choices, usage }) => ({ text: choices[0].message.content, usage }),
    delta: ({ choices }) => choices[0]?.delta.content ?? '',
    fragment: ({ choices }) => choices[0]?.delta.tool_calls?.[0].function.arguments ?? '',
  },
};
