// Pieces of messages that both of OpenAI's wires have.

import type { FilePart, ImagePart, TextPart, ToolCall } from '../call-types.js';
import { invalid } from '../errors.js';
import { type Fields, maybeText, text } from './fields.js';

/** A piece of what a user says. */
export type UserPart = TextPart | ImagePart | FilePart;

/** A picture by its address, which may be a `data:` one. */
export function image(address: unknown, path: string): ImagePart {
  return { type: 'image', image: text(address, path) };
}

/** A document: `file_data` as a `data:` address, or base64 whose `filename` tells its kind. */
export function file(fields: Fields, path: string): FilePart {
  const data = maybeText(fields, 'file_data', `${path}.file_data`) ?? maybeText(fields, 'file_url', `${path}.file_url`);
  if (data === undefined) throw invalid(`${path}.file_data`, 'the document itself: uploaded files are not known here');
  const filename = maybeText(fields, 'filename', `${path}.filename`);
  const isPlain = !data.startsWith('data:') && !filename?.toLowerCase().endsWith('.pdf') && !data.endsWith('.pdf');
  if (isPlain) throw invalid(`${path}.file_data`, 'a data: address, or a filename that ends in .pdf');
  const mediaType = data.startsWith('data:') ? undefined : 'application/pdf';
  return { type: 'file', data, ...(mediaType && { mediaType }), ...(filename && { filename }) };
}

/** A call of a tool. Arguments that are not JSON go on as the text that they are. */
export function toolCall(toolCallId: string, toolName: string, args: string): { type: 'tool-call' } & ToolCall {
  const call = { type: 'tool-call', toolCallId, toolName } as const;
  try {
    return { ...call, input: args === '' ? {} : (JSON.parse(args) as unknown) };
  } catch {
    return { ...call, input: args, incomplete: true };
  }
}

/** A call's arguments as OpenAI's clients expect them: a text. */
export function argumentsOf({ input }: ToolCall): string {
  return typeof input === 'string' ? input : JSON.stringify(input ?? {});
}
