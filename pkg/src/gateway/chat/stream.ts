// A streamed answer as OpenAI's chunks. One part makes at most one text; the frame around it is written once.

import type { StreamPart, ToolCall, Usage } from '../../call-types.js';
import { argumentsOf } from '../content.js';
import type { Failure } from '../failures.js';
import type { Telling } from '../sse.js';
import { finishReason, usage } from './answer.js';

/** Writes the chunks of one answer. */
export function chatChunks(id: string, created: number, tag: string, includeUsage: boolean): Telling {
  const facts = JSON.stringify({ id, object: 'chat.completion.chunk', created, model: tag }).slice(0, -1);
  const head = `data: ${facts},"choices":[{"index":0,"delta":`;
  const tail = `,"logprobs":null,"finish_reason":null}]}\n\n`;
  const delta = (json: string) => head + json + tail;
  const calls = new Map<string, number>();

  const started = (callId: string, name: string, args: string) => {
    const index = calls.size;
    calls.set(callId, index);
    const call = { index, id: callId, type: 'function', function: { name, arguments: args } };
    return delta(JSON.stringify({ tool_calls: [call] }));
  };
  const whole = (call: ToolCall) =>
    calls.has(call.toolCallId) ? '' : started(call.toolCallId, call.toolName, argumentsOf(call));
  const more = (callId: string, text: string) =>
    delta(`{"tool_calls":[{"index":${calls.get(callId) ?? 0},"function":{"arguments":${JSON.stringify(text)}}}]}`);
  const end = (reason: string, used: Usage | null) => {
    const last = `${head}{},"logprobs":null,"finish_reason":${JSON.stringify(reason)}}]}\n\n`;
    const counts = `data: ${facts},"choices":[],"usage":${JSON.stringify(usage(used))}}\n\n`;
    return `${last}${includeUsage ? counts : ''}data: [DONE]\n\n`;
  };

  return {
    begin: () => delta('{"role":"assistant","content":"","refusal":null}'),
    part(part: StreamPart): string {
      switch (part.type) {
        case 'text-delta':
          return delta(`{"content":${JSON.stringify(part.text)}}`);
        case 'reasoning-delta':
          return delta(`{"reasoning_content":${JSON.stringify(part.text)}}`);
        case 'tool-input-start':
          return started(part.toolCallId, part.toolName, '');
        case 'tool-input-delta':
          return more(part.toolCallId, part.delta);
        case 'tool-call':
          return whole(part);
        case 'finish':
          return end(finishReason(part.finishReason, calls.size > 0), part.usage);
        default:
          return '';
      }
    },
    broken: ({ error }: Failure) => `data: ${JSON.stringify({ error })}\n\n`,
  };
}
