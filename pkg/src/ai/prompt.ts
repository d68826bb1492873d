// The SDK's prompt as messages of this library. What a vendor wants back with a piece of its answer travels with the
// piece, under `providerOptions.ductape`.

import type { ContentPart, Message, ProviderData, ToolResult } from '../call-types.js';
import { mediaPart } from './media.js';
import { toolResult } from './tool-results.js';
import type { AiAssistantPart, AiHints, AiMessage, AiWarning } from './types.js';

/** Where the SDK keeps what is this library's. */
export const OWN = 'ductape';

/** The conversation, its leading system messages apart: some models take system messages nowhere else. */
export function conversation(
  prompt: readonly AiMessage[],
  warnings: AiWarning[],
): { system: string | undefined; messages: Message[] } {
  const first = prompt.findIndex((message) => message.role !== 'system');
  const [leading, rest] = first < 0 ? [prompt, []] : [prompt.slice(0, first), prompt.slice(first)];
  const system = leading.map(({ content }) => String(content)).filter((text) => text !== '');
  return {
    system: system.length === 0 ? undefined : system.join('\n\n'),
    messages: rest.flatMap((message) => turn(message, warnings)),
  };
}

function turn(message: AiMessage, warnings: AiWarning[]): Message[] {
  switch (message.role) {
    case 'system':
      return message.content === '' ? [] : [{ role: 'system', content: message.content }];
    case 'user':
      return [
        {
          role: 'user',
          content: message.content.map((part) =>
            part.type === 'text' ? { type: 'text', text: part.text } : mediaPart(part),
          ),
        },
      ];
    case 'assistant': {
      const content = message.content.flatMap((part) => assistantPart(part, warnings));
      // A turn cannot be an empty list, and one that said nothing is still a turn.
      return [{ role: 'assistant', content: content.length === 0 ? '' : content }];
    }
    case 'tool': {
      const content = message.content.flatMap((part): ToolResult[] =>
        part.type === 'tool-result' ? [toolResult(part, warnings)] : leftOut(part.type, warnings),
      );
      return content.length === 0 ? [] : [{ role: 'tool', content }];
    }
  }
}

function assistantPart(part: AiAssistantPart, warnings: AiWarning[]): ContentPart[] {
  switch (part.type) {
    case 'text':
    case 'reasoning':
      return [{ type: part.type, text: part.text, providerData: ownData(part) }];
    case 'tool-call': {
      if (part.providerExecuted) return leftOut('provider-executed tools', warnings);
      const { toolCallId, toolName, input } = part;
      return [{ type: 'tool-call', toolCallId, toolName, input: input ?? {}, providerData: ownData(part) }];
    }
    case 'tool-result':
      return leftOut('provider-executed tools', warnings);
    default:
      return leftOut(`${part.type} parts of the assistant`, warnings);
  }
}

function leftOut(feature: string, warnings: AiWarning[]): [] {
  warnings.push({ type: 'unsupported', feature, details: 'it was left out of the conversation' });
  return [];
}

function ownData(part: AiHints): ProviderData | undefined {
  return part.providerOptions?.[OWN] as ProviderData | undefined;
}
