// A whole answer in OpenAI's chat shape.

import type { Completion, FinishReason, Usage } from '../../call-types.js';
import { argumentsOf } from '../content.js';

const FINISH: Record<FinishReason['unified'], string> = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
  'content-filter': 'content_filter',
  error: 'stop',
  interrupted: 'length',
  other: 'stop',
};

/** OpenAI's word for the end of an answer. One that was cut off is not one that is complete. */
export function finishReason({ unified }: FinishReason, hasCalls: boolean): string {
  const word = FINISH[unified];
  // Clients go by this word when they look for calls.
  return hasCalls && word === 'stop' ? 'tool_calls' : word;
}

/** Tokens in OpenAI's shape; `null` where the provider reported none. */
export function usage(used: Usage | null): object | null {
  if (used === null) return null;
  const { inputTokens: prompt = 0, outputTokens: completion = 0 } = used;
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: used.cachedInputTokens ?? 0 },
    completion_tokens_details: { reasoning_tokens: used.reasoningTokens ?? 0 },
  };
}

/** The body of an answer. */
export function chatCompletion(answer: Completion, id: string, created: number, tag: string): object {
  const reasoning = answer.content.map((part) => (part.type === 'reasoning' ? part.text : '')).join('');
  const calls = answer.toolCalls.map((call) => ({
    id: call.toolCallId,
    type: 'function',
    function: { name: call.toolName, arguments: argumentsOf(call) },
  }));
  const message = {
    role: 'assistant',
    content: answer.text === '' && calls.length > 0 ? null : answer.text,
    refusal: null,
    ...(reasoning !== '' && { reasoning_content: reasoning }),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
  const choice = { index: 0, message, logprobs: null, finish_reason: finishReason(answer.finishReason, calls.length > 0) };
  return {
    id,
    object: 'chat.completion',
    created,
    model: tag,
    choices: [choice],
    usage: usage(answer.usage) ?? undefined,
  };
}
