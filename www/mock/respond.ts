/** A fixture as an HTTP response of the chat completions wire, whole or as server-sent events. */
import type { Fixture, MockRequest } from './fixtures';

const PIECE = 6;
const PAUSE_MS = 40;
// What English text comes to, roughly.
const CHARACTERS_PER_TOKEN = 4;

export function responseOf({ response }: Fixture, request: MockRequest, signal: AbortSignal): Response {
  const { content = '', toolCalls = [], error, status } = response;
  if (error !== undefined) return json({ error }, status ?? 500);
  const calls = toolCalls.map(({ name, arguments: input }, index) => ({
    index,
    id: `call_${crypto.randomUUID()}`,
    type: 'function',
    function: { name, arguments: JSON.stringify(input) },
  }));
  const finish = calls.length > 0 ? 'tool_calls' : 'stop';
  const head = { id: `mock-${crypto.randomUUID()}`, model: request.model, created: Math.floor(Date.now() / 1000) };
  const usage = usageOf(request, content);
  if (request.stream !== true) {
    const message = { role: 'assistant', content, ...(calls.length > 0 ? { tool_calls: calls } : {}) };
    return json({ ...head, object: 'chat.completion', choices: [{ index: 0, message, finish_reason: finish }], usage });
  }
  const deltas = calls.length > 0 ? [{ tool_calls: calls }] : piecesOf(content).map((piece) => ({ content: piece }));
  const choice = (delta: object, reason: string | null) => [{ index: 0, delta, finish_reason: reason }];
  const chunks = [
    ...deltas.map((delta) => ({ ...head, object: 'chat.completion.chunk', choices: choice(delta, null) })),
    { ...head, object: 'chat.completion.chunk', choices: choice({}, finish) },
    { ...head, object: 'chat.completion.chunk', choices: [], usage },
  ];
  return events(chunks, signal);
}

function events(chunks: readonly object[], signal: AbortSignal): Response {
  const texts = [...chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`), 'data: [DONE]\n\n'];
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const text = texts.shift();
      if (signal.aborted) return controller.error(signal.reason);
      if (text === undefined) return controller.close();
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      controller.enqueue(encoder.encode(text));
    },
  });
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
}

function piecesOf(text: string): string[] {
  return text.match(new RegExp(`[^]{1,${PIECE}}`, 'g')) ?? [];
}

function usageOf({ messages }: MockRequest, content: string): object {
  const tokens = (text: string): number => Math.ceil(text.length / CHARACTERS_PER_TOKEN);
  const asked = tokens(JSON.stringify(messages));
  return { prompt_tokens: asked, completion_tokens: tokens(content), total_tokens: asked + tokens(content) };
}

function json(value: object, status = 200): Response {
  return new Response(JSON.stringify(value), { status, headers: { 'content-type': 'application/json' } });
}
