// `POST /v1/responses`: the part of OpenAI's Responses that needs no memory on this side.

import { readJson } from './body.js';
import { eventStream, json, note, type Reply, type TokenExchange } from './exchange.js';
import { renamed } from './failures.js';
import { type Frame, itemId, wholeResponse } from './responses/answer.js';
import { responseRequest } from './responses/request.js';
import { ResponseEvents } from './responses/stream.js';
import { scopedCall } from './scope.js';
import { events, opened } from './sse.js';

const NAMES = {
  'modelConfig.maxTokens': 'max_output_tokens',
  'modelConfig.temperature': 'temperature',
  'modelConfig.topP': 'top_p',
  'schema.name': 'text.format.name',
  'toolChoice.tool': 'tool_choice.name',
};

export async function responses(exchange: TokenExchange): Promise<Reply> {
  try {
    return await respond(exchange);
  } catch (error) {
    throw renamed(error, NAMES);
  }
}

async function respond(exchange: TokenExchange): Promise<Reply> {
  const { request, setup, line } = exchange;
  const asked = responseRequest(await readJson(request, setup.limits.bodyBytes, setup.limits.bodyMs));
  const call = await scopedCall(exchange, asked);
  const created = Math.floor(line.time / 1000);
  const frame: Frame = { id: itemId('resp'), created, tag: asked.tag, echo: asked.echo };
  const { ductape } = setup.options;
  if (!asked.stream) {
    const answer = await ductape.generate(call);
    note(line, answer.usage);
    return json(wholeResponse(frame, answer));
  }
  const stream = ductape.stream(call);
  const { first, rest } = await opened(stream);
  const over = exchange.later();
  const body = events(first, rest, new ResponseEvents(frame), {
    seen: (part) => part.type === 'finish' && note(line, part.usage),
    over,
    cancelled: () => stream.abort(),
  });
  return eventStream(body);
}
