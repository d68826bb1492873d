// The input of a response, a text or a list of items, as this library's messages.

import type { ContentPart, Message, ToolResult } from '../../call-types.js';
import { invalid } from '../../errors.js';
import { file, image, toolCall, type UserPart } from '../content.js';
import { type Fields, list, maybeText, object, own, text } from '../fields.js';

/** Every item in its order; what one side says in a row is one message. */
export function messages(input: unknown): Message[] {
  if (typeof input === 'string') return [{ role: 'user', content: input }];
  const out: Message[] = [];
  const names = new Map<string, string>();
  list(input, 'input').forEach((item, at) => {
    const message = one(object(item, `input[${at}]`), `input[${at}]`, names);
    if (message === undefined) return;
    const last = out.at(-1);
    const goesOn = last?.role === message.role && (message.role === 'assistant' || message.role === 'tool');
    if (goesOn) (last.content as unknown[]).push(...message.content);
    else out.push(message);
  });
  return out;
}

function one(item: Fields, path: string, names: Map<string, string>): Message | undefined {
  switch (own(item, 'type') ?? 'message') {
    case 'message':
      return message(item, path);
    case 'function_call':
      return { role: 'assistant', content: [called(item, path, names)] };
    case 'function_call_output':
      return { role: 'tool', content: [toolResult(item, path, names)] };
    case 'reasoning':
      // A summary is not what was thought: no provider takes it back.
      return undefined;
    default:
      throw invalid(`${path}.type`, 'message, function_call, function_call_output or reasoning');
  }
}

function message(item: Fields, path: string): Message | undefined {
  const content = own(item, 'content');
  switch (own(item, 'role')) {
    case 'developer':
    case 'system': {
      const said = texts(content, `${path}.content`);
      return said === '' ? undefined : { role: 'system', content: said };
    }
    case 'user':
      return { role: 'user', content: typeof content === 'string' ? content : userParts(content, `${path}.content`) };
    case 'assistant':
      return { role: 'assistant', content: [{ type: 'text', text: texts(content, `${path}.content`) }] };
    default:
      throw invalid(`${path}.role`, 'system, developer, user or assistant');
  }
}

function texts(content: unknown, path: string): string {
  if (typeof content === 'string') return content;
  const parts = list(content, path).map((item, at) => {
    const part = object(item, `${path}[${at}]`);
    const field = own(part, 'type') === 'refusal' ? 'refusal' : 'text';
    return text(own(part, field), `${path}[${at}].${field}`);
  });
  return parts.join('');
}

function userParts(content: unknown, path: string): UserPart[] {
  return list(content, path).map((item, at) => userPart(object(item, `${path}[${at}]`), `${path}[${at}]`));
}

function userPart(part: Fields, path: string): UserPart {
  switch (own(part, 'type')) {
    case 'input_text':
      return { type: 'text', text: text(own(part, 'text'), `${path}.text`) };
    case 'input_image':
      return image(own(part, 'image_url'), `${path}.image_url`);
    case 'input_file':
      return file(part, path);
    default:
      throw invalid(`${path}.type`, 'input_text, input_image or input_file');
  }
}

function called(item: Fields, path: string, names: Map<string, string>): ContentPart {
  const id = text(own(item, 'call_id'), `${path}.call_id`);
  const name = text(own(item, 'name'), `${path}.name`);
  names.set(id, name);
  return toolCall(id, name, maybeText(item, 'arguments', `${path}.arguments`) ?? '');
}

function toolResult(item: Fields, path: string, names: Map<string, string>): ToolResult {
  const toolCallId = text(own(item, 'call_id'), `${path}.call_id`);
  const toolName = names.get(toolCallId);
  if (toolName === undefined) throw invalid(`${path}.call_id`, 'the call_id of an earlier function_call');
  return { type: 'tool-result', toolCallId, toolName, output: texts(own(item, 'output'), `${path}.output`) };
}
