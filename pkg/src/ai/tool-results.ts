// What tools answered, in the two forms that wires have: a text or a JSON value.

import type { ToolResult } from '../call-types.js';
import type { Json } from '../types.js';
import type { AiOutputPart, AiToolOutput, AiToolResultPart, AiWarning } from './types.js';

const DENIED = 'The call of this tool was denied.';

/** A tool's answer as calls take it. */
export function toolResult(part: AiToolResultPart, warnings: AiWarning[]): ToolResult {
  const { toolCallId, toolName } = part;
  const { type, value } = plain(part.output, warnings);
  // Tagged, because a JSON value that looks like a tagged one would be taken for it.
  return { type: 'tool-result', toolCallId, toolName, output: { type, value }, isError: type.startsWith('error') };
}

function plain(output: AiToolOutput, warnings: AiWarning[]): { type: string; value: Json } {
  switch (output.type) {
    case 'execution-denied':
      return { type: 'error-text', value: output.reason ?? DENIED };
    case 'content':
      return { type: 'text', value: output.value.map((piece) => textOf(piece, warnings)).join('\n') };
    default:
      return { type: output.type, value: (output.value ?? null) as Json };
  }
}

/** The model is told that something is missing, so that it does not take the rest for all of it. */
function textOf(piece: AiOutputPart, warnings: AiWarning[]): string {
  if (piece.type === 'text') return piece.text ?? '';
  const what = piece.mediaType ?? piece.type;
  warnings.push({ type: 'unsupported', feature: 'media in tool results', details: `${what} was left out` });
  return `[${what} left out]`;
}
