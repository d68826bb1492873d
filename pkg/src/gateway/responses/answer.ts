// Responses and their items in OpenAI's shape.

import type { Completion, FinishReason, ToolCall, Usage } from '../../call-types.js';
import { argumentsOf } from '../content.js';
import { type Fields, own } from '../fields.js';

/** One item of a response's output. */
export type Item = { id: string; type: string; status?: string; [field: string]: unknown };

/** What all states of a response have in common. */
export interface Frame {
  id: string;
  created: number;
  tag: string;
  /** The request: some of its fields are repeated. */
  echo: Fields;
}

/** A new id with the prefix of its kind. */
export function itemId(prefix: string): string {
  return `${prefix}_${crypto.randomUUID().replaceAll('-', '')}`;
}

export function messageItem(id: string, text: string): Item {
  return { id, type: 'message', status: 'completed', role: 'assistant', content: [textPart(text)] };
}

export function textPart(text: string): object {
  return { type: 'output_text', text, annotations: [], logprobs: [] };
}

export function reasoningItem(id: string, text: string): Item {
  return { id, type: 'reasoning', summary: [{ type: 'summary_text', text }] };
}

export function callItem(id: string, call: ToolCall): Item {
  const { toolCallId, toolName, incomplete } = call;
  const status = incomplete === true ? 'incomplete' : 'completed';
  return { id, type: 'function_call', status, call_id: toolCallId, name: toolName, arguments: argumentsOf(call) };
}

/** A response that goes on. */
export function running(frame: Frame): object {
  return response(frame, { status: 'in_progress', output: [], incomplete_details: null, usage: null });
}

/** A response at its end. */
export function ended(frame: Frame, output: readonly Item[], finish: FinishReason, used: Usage | null): object {
  const reason = incompleteReason(finish);
  const status = reason === null ? 'completed' : 'incomplete';
  const details = reason === null ? null : { reason };
  return response(frame, { status, output, incomplete_details: details, usage: usage(used) });
}

/** Why an answer is not whole; `null` where it is. */
export function incompleteReason({ unified }: FinishReason): string | null {
  if (unified === 'length' || unified === 'interrupted') return 'max_output_tokens';
  return unified === 'content-filter' ? 'content_filter' : null;
}

/** A whole answer. */
export function wholeResponse(frame: Frame, answer: Completion): object {
  const items: Item[] = [];
  let said: { kind: string; text: string } | undefined;
  const close = () => {
    if (said === undefined) return;
    const isText = said.kind === 'text';
    items.push(isText ? messageItem(itemId('msg'), said.text) : reasoningItem(itemId('rs'), said.text));
    said = undefined;
  };
  for (const part of answer.content) {
    if (part.type === 'source') continue;
    if (part.type !== 'tool-call' && part.type === said?.kind) {
      said.text += part.text;
      continue;
    }
    close();
    if (part.type === 'tool-call') items.push(callItem(itemId('fc'), part));
    else if (part.text !== '') said = { kind: part.type, text: part.text };
  }
  close();
  return ended(frame, items, answer.finishReason, answer.usage);
}

function response({ id, created, tag, echo }: Frame, state: object): object {
  const repeated = (name: string, otherwise: unknown) => own(echo, name) ?? otherwise;
  return {
    id,
    object: 'response',
    created_at: created,
    error: null,
    ...state,
    instructions: repeated('instructions', null),
    max_output_tokens: repeated('max_output_tokens', null),
    metadata: repeated('metadata', {}),
    model: tag,
    parallel_tool_calls: repeated('parallel_tool_calls', true),
    previous_response_id: null,
    reasoning: repeated('reasoning', { effort: null, summary: null }),
    store: false,
    temperature: repeated('temperature', null),
    text: repeated('text', { format: { type: 'text' } }),
    tool_choice: repeated('tool_choice', 'auto'),
    tools: repeated('tools', []),
    top_p: repeated('top_p', null),
    truncation: 'disabled',
  };
}

function usage(used: Usage | null): object | null {
  if (used === null) return null;
  const { inputTokens: input = 0, outputTokens: output = 0 } = used;
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: used.cachedInputTokens ?? 0 },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: used.reasoningTokens ?? 0 },
    total_tokens: input + output,
  };
}
