// A conversation in OpenAI's chat shape, as this library's messages.

import type { ContentPart, Message, ToolResult } from '../../call-types.js';
import { invalid } from '../../errors.js';
import { file, image, toolCall, type UserPart } from '../content.js';
import { type Fields, list, maybeText, object, own, text } from '../fields.js';

/** Every message in its order; results of tools that follow each other are one message. */
export function messages(value: unknown): Message[] {
  const out: Message[] = [];
  const names = new Map<string, string>();
  list(value, 'messages').forEach((item, at) => {
    const path = `messages[${at}]`;
    const fields = object(item, path);
    const message = one(fields, path, names);
    const last = out.at(-1);
    if (message === undefined) return;
    if (message.role === 'tool' && last?.role === 'tool') (last.content as ToolResult[]).push(...message.content);
    else out.push(message);
  });
  return out;
}

function one(fields: Fields, path: string, names: Map<string, string>): Message | undefined {
  const content = own(fields, 'content');
  switch (own(fields, 'role')) {
    case 'developer':
    case 'system': {
      const said = texts(content, `${path}.content`);
      return said === '' ? undefined : { role: 'system', content: said };
    }
    case 'user':
      return { role: 'user', content: typeof content === 'string' ? content : userParts(content, `${path}.content`) };
    case 'assistant':
      return { role: 'assistant', content: answer(fields, path, names) };
    case 'tool':
      return { role: 'tool', content: [toolResult(fields, path, names)] };
    default:
      throw invalid(`${path}.role`, 'system, developer, user, assistant or tool');
  }
}

/** A text, or the texts of parts. */
function texts(content: unknown, path: string): string {
  if (typeof content === 'string') return content;
  const parts = list(content, path).map((item, at) => {
    const part = object(item, `${path}[${at}]`);
    const kind = own(part, 'type');
    if (kind !== 'text' && kind !== 'refusal') throw invalid(`${path}[${at}].type`, 'text');
    return text(own(part, kind), `${path}[${at}].${kind}`);
  });
  return parts.join('');
}

function userParts(content: unknown, path: string): UserPart[] {
  return list(content, path).map((item, at) => userPart(object(item, `${path}[${at}]`), `${path}[${at}]`));
}

function userPart(part: Fields, path: string): UserPart {
  switch (own(part, 'type')) {
    case 'text':
      return { type: 'text', text: text(own(part, 'text'), `${path}.text`) };
    case 'image_url': {
      const picture = object(own(part, 'image_url'), `${path}.image_url`);
      return image(own(picture, 'url'), `${path}.image_url.url`);
    }
    case 'file':
      return file(object(own(part, 'file'), `${path}.file`), `${path}.file`);
    default:
      throw invalid(`${path}.type`, 'text, image_url or file');
  }
}

function answer(fields: Fields, path: string, names: Map<string, string>): ContentPart[] {
  const content: ContentPart[] = [];
  const thought = maybeText(fields, 'reasoning_content', `${path}.reasoning_content`);
  const said = own(fields, 'content') === undefined ? '' : texts(own(fields, 'content'), `${path}.content`);
  const refused = maybeText(fields, 'refusal', `${path}.refusal`) ?? '';
  if (thought) content.push({ type: 'reasoning', text: thought });
  if (said + refused !== '') content.push({ type: 'text', text: said + refused });
  for (const [at, item] of list(own(fields, 'tool_calls') ?? [], `${path}.tool_calls`).entries()) {
    content.push(called(object(item, `${path}.tool_calls[${at}]`), `${path}.tool_calls[${at}]`, names));
  }
  if (own(fields, 'function_call') !== undefined) throw invalid(`${path}.function_call`, 'tool_calls in its place');
  return content.length > 0 ? content : [{ type: 'text', text: '' }];
}

function called(call: Fields, path: string, names: Map<string, string>): ContentPart {
  const id = text(own(call, 'id'), `${path}.id`);
  const fn = object(own(call, 'function'), `${path}.function`);
  const name = text(own(fn, 'name'), `${path}.function.name`);
  names.set(id, name);
  return toolCall(id, name, maybeText(fn, 'arguments', `${path}.function.arguments`) ?? '');
}

function toolResult(fields: Fields, path: string, names: Map<string, string>): ToolResult {
  const toolCallId = text(own(fields, 'tool_call_id'), `${path}.tool_call_id`);
  const toolName = names.get(toolCallId);
  if (toolName === undefined) throw invalid(`${path}.tool_call_id`, 'the id of a tool call of an earlier message');
  const output = texts(own(fields, 'content'), `${path}.content`);
  return { type: 'tool-result', toolCallId, toolName, output };
}
