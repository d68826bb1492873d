// `POST /v1/chat/completions`.

import { readJson } from './body.js';
import { chatCompletion } from './chat/answer.js';
import { chatRequest } from './chat/request.js';
import { chatChunks } from './chat/stream.js';
import { eventStream, json, note, type Reply, type TokenExchange } from './exchange.js';
import { scopedCall } from './scope.js';
import { events, opened } from './sse.js';

export async function completions(exchange: TokenExchange): Promise<Reply> {
  const { request, setup, line } = exchange;
  const asked = chatRequest(await readJson(request, setup.limits.bodyBytes, setup.limits.bodyMs));
  const call = await scopedCall(exchange, asked);
  const id = `chatcmpl-${crypto.randomUUID()}`;
  const created = Math.floor(line.time / 1000);
  const { ductape } = setup.options;
  if (!asked.stream) {
    const answer = await ductape.generate(call);
    note(line, answer.usage);
    return json(chatCompletion(answer, id, created, asked.tag));
  }
  const stream = ductape.stream(call);
  const { first, rest } = await opened(stream);
  const over = exchange.later();
  const chunks = chatChunks(id, created, asked.tag, asked.includeUsage);
  const body = events(first, rest, chunks, {
    seen: (part) => part.type === 'finish' && note(line, part.usage),
    over,
    cancelled: () => stream.abort(),
  });
  return eventStream(body);
}
