// The pieces of an answer in the SDK's form, and the whole answer made of them.

import type { Completion, ContentPart, Source, ToolCall } from '../call-types.js';
import { callMetadata, finishReason, pieceMetadata, responseMetadata, usage, warning } from './facts.js';
import type {
  AiContent,
  AiGenerateResult,
  AiRequest,
  AiSource,
  AiSpecification,
  AiToolCall,
  AiWarning,
} from './types.js';

/** Behind the text of arguments that must not run: with it, they are JSON no longer. */
const CUT = ' [incomplete]';

/** The whole answer. */
export function generateResult<V extends AiSpecification>(
  completion: Completion,
  warnings: readonly AiWarning[],
  request: AiRequest | undefined,
  version: V,
): AiGenerateResult<V> {
  const { response, served } = completion;
  const prefix = response.id ?? 'source';
  return {
    content: completion.content.map((part, at) => piece(part, `${prefix}-${at}`)),
    finishReason: finishReason(completion, version),
    usage: usage(completion.usage),
    providerMetadata: callMetadata(completion),
    warnings: [...warnings, ...completion.warnings.map(warning)],
    ...(request && { request }),
    response: { ...responseMetadata(response, served.model), headers: response.headers },
  };
}

function piece(part: ContentPart, id: string): AiContent {
  switch (part.type) {
    case 'source':
      return source(part, id);
    case 'tool-call':
      return toolCall(part);
    default:
      return { type: part.type, text: part.text, ...pieceMetadata(part.providerData) };
  }
}

/** A source; `id` is for one that the vendor gave none. */
export function source({ id: own, url, title, text, raw }: Source, id: string): AiSource {
  const about = { text, raw: raw as object };
  const base = { type: 'source', id: own ?? id, ...pieceMetadata(about) } as const;
  if (url !== undefined) return { ...base, sourceType: 'url', url, title };
  return { ...base, sourceType: 'document', mediaType: 'text/plain', title: title ?? own ?? 'source' };
}

/**
 * A tool call. The SDK runs calls whose arguments parse, and not every release of it looks at how the answer ended; so
 * those of a call that was cut off are made not to. It tells the model that they were not JSON.
 */
export function toolCall({ toolCallId, toolName, input, incomplete, providerData }: ToolCall): AiToolCall {
  const text = typeof input === 'string' && incomplete ? input : JSON.stringify(input);
  const call = { type: 'tool-call', toolCallId, toolName, input: incomplete ? text + CUT : text } as const;
  return { ...call, ...pieceMetadata(providerData) };
}
