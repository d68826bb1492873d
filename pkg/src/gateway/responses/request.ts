// A request for a response, as a call of this library. `docs/gateway.md` has the table of its fields.

import type { CallOptions, Tool } from '../../call-types.js';
import { invalid } from '../../errors.js';
import { functionTool, namedSchema } from '../chat/request.js';
import { type Fields, flag, list, maybeText, object, own, text } from '../fields.js';
import { type Asked, type Extras, extras, JSON_OBJECT, refuse, settings } from '../settings.js';
import { messages } from './input.js';

/** A request, and what of it the answer repeats. */
export interface ResponseAsked extends Asked {
  echo: Fields;
}

const REFUSED = {
  background: (value: unknown) => value === false,
  conversation: () => false,
  previous_response_id: () => false,
  prompt: () => false,
  top_logprobs: (value: unknown) => value === 0,
};

/** Reads the body. What it names besides, an `apiKey`, an address, a product, is not looked at. */
export function responseRequest(body: Fields): ResponseAsked {
  refuse(body, REFUSED, 'none: nothing is kept here, so send the whole conversation as input');
  const tag = text(own(body, 'model'), 'model');
  const call: Asked['call'] = { model: tag, modelConfig: settings(body, 'max_output_tokens'), messages: said(body) };
  const given = own(body, 'tools');
  const choice = own(body, 'tool_choice');
  const format = formatOf(body);
  if (given !== undefined) call.tools = list(given, 'tools').map((item, at) => tool(item, `tools[${at}]`));
  if (choice !== undefined) call.toolChoice = toolChoice(choice);
  const wanted = format === undefined ? undefined : schema(format);
  const isAny = wanted === 'any';
  if (wanted !== undefined && !isAny) call.schema = wanted;
  const all = isAny ? { ...more(body), ...JSON_OBJECT } : more(body);
  return { tag, call, stream: flag(body, 'stream') ?? false, extras: all, echo: body };
}

function said(body: Fields): Asked['call']['messages'] {
  const instructions = maybeText(body, 'instructions', 'instructions');
  const input = messages(own(body, 'input'));
  return instructions ? [{ role: 'system', content: instructions }, ...input] : input;
}

function tool(item: unknown, path: string): Tool {
  const fields = object(item, path);
  if (own(fields, 'type') !== 'function') throw invalid(`${path}.type`, 'function');
  return functionTool(fields, path);
}

function toolChoice(choice: unknown): CallOptions['toolChoice'] {
  if (choice === 'auto' || choice === 'none' || choice === 'required') return choice;
  const fields = object(choice, 'tool_choice');
  if (own(fields, 'type') !== 'function') throw invalid('tool_choice', 'auto, none, required or a function');
  return { tool: text(own(fields, 'name'), 'tool_choice.name') };
}

function formatOf(body: Fields): Fields | undefined {
  const config = own(body, 'text');
  const format = config === undefined ? undefined : own(object(config, 'text'), 'format');
  return format === undefined ? undefined : object(format, 'text.format');
}

function schema(format: Fields): CallOptions['schema'] | 'any' {
  switch (own(format, 'type')) {
    case 'text':
      return undefined;
    case 'json_object':
      return 'any';
    case 'json_schema':
      return namedSchema(format, 'text.format');
    default:
      throw invalid('text.format.type', 'text, json_object or json_schema');
  }
}

/** Effort and verbosity stand one level deeper here. */
function more(body: Fields): Extras | undefined {
  const found = extras(body);
  const effort = inner(body, 'reasoning', 'effort');
  const verbosity = inner(body, 'text', 'verbosity');
  if (effort === undefined && verbosity === undefined) return found;
  return { ...found, ...(effort && { reasoning_effort: effort }), ...(verbosity && { verbosity }) };
}

function inner(body: Fields, name: string, field: string): string | undefined {
  const value = own(body, name);
  return value === undefined ? undefined : maybeText(object(value, name), field, `${name}.${field}`);
}
