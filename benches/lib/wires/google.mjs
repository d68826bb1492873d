// Gemini, as Google's servers speak it: canned answers, and a client written by hand.

const model = 'gemini-3.8-flash';
const BASE = `https://generativelanguage.googleapis.com/v1beta/models/${model}`;
const usageMetadata = { promptTokenCount: 9, candidatesTokenCount: 3, totalTokenCount: 12 };
const answer = (parts, finishReason) => ({
  candidates: [{ content: { parts, role: 'model' }, ...(finishReason && { finishReason }), index: 0 }],
  usageMetadata,
  modelVersion: model,
  responseId: 'r-1',
});
const event = (parts, finishReason) => `data: ${JSON.stringify(answer(parts, finishReason))}\r\n\r\n`;

export default {
  name: 'google',
  settings: { provider: 'google', model },

  answer: (text) => JSON.stringify(answer([{ text }], 'STOP')),

  events: (texts) => [...texts.map((text) => event([{ text }])), event([{ text: '' }], 'STOP')],

  hand: {
    url: (stream) => (stream ? `${BASE}:streamGenerateContent?alt=sse` : `${BASE}:generateContent`),
    headers: (key) => ({ 'content-type': 'application/json', 'x-goog-api-key': key }),
    body: ({ messages, tools }) => ({
      contents: messages.map(({ role, content }) => ({
        role: role === 'assistant' ? 'model' : role,
        parts: [{ text: content }],
      })),
      tools: tools && [{ functionDeclarations: tools }],
      generationConfig: { temperature: 0.7 },
    }),
    read: ({ candidates, usageMetadata }) => ({ text: candidates[0].content.parts[0].text, usage: usageMetadata }),
    delta: ({ candidates }) => candidates[0].content.parts[0].text,
  },
};
