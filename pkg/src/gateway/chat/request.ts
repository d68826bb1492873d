// A request for a chat completion, as a call of this library. `docs/gateway.md` has the table of its fields.

import type { CallOptions, Tool } from '../../call-types.js';
import { invalid } from '../../errors.js';
import { type Fields, flag, list, maybeText, object, own, text } from '../fields.js';
import { type Asked, extras, refuse, settings, stops } from '../settings.js';
import { messages } from './messages.js';

/** A chat request, and whether its stream is to end with the usage. */
export interface ChatAsked extends Asked {
  includeUsage: boolean;
}

const REFUSED = {
  n: (value: unknown) => value === 1,
  logprobs: (value: unknown) => value === false,
  top_logprobs: (value: unknown) => value === 0,
  modalities: (value: unknown) => Array.isArray(value) && value.every((kind) => kind === 'text'),
  audio: () => false,
  functions: () => false,
  function_call: () => false,
  web_search_options: () => false,
};

/** Reads the body. What it names besides, an `apiKey`, an address, a product, is not looked at. */
export function chatRequest(body: Fields): ChatAsked {
  refuse(body, REFUSED, 'nothing else than OpenAI’s default: this gateway cannot do it');
  const tag = text(own(body, 'model'), 'model');
  const modelConfig = settings(body, 'max_completion_tokens', 'max_tokens');
  const stop = stops(body);
  if (stop !== undefined) modelConfig.stopSequences = stop;
  const call: Asked['call'] = { model: tag, modelConfig, messages: messages(own(body, 'messages')) };
  const given = own(body, 'tools');
  const choice = own(body, 'tool_choice');
  const format = own(body, 'response_format');
  if (given !== undefined) call.tools = list(given, 'tools').map((item, at) => tool(item, `tools[${at}]`));
  if (choice !== undefined) call.toolChoice = toolChoice(choice);
  if (format !== undefined) call.schema = schema(object(format, 'response_format'));
  return { tag, call, stream: flag(body, 'stream') ?? false, includeUsage: usageWanted(body), extras: extras(body) };
}

function usageWanted(body: Fields): boolean {
  const options = own(body, 'stream_options');
  return options !== undefined && flag(object(options, 'stream_options'), 'include_usage') === true;
}

function tool(item: unknown, path: string): Tool {
  const fields = object(item, path);
  if (own(fields, 'type') !== 'function') throw invalid(`${path}.type`, 'function');
  return functionTool(object(own(fields, 'function'), `${path}.function`), `${path}.function`);
}

/** A function that the model may call, as both wires write it. */
export function functionTool(fields: Fields, path: string): Tool {
  const description = maybeText(fields, 'description', `${path}.description`);
  const parameters = own(fields, 'parameters');
  return {
    name: text(own(fields, 'name'), `${path}.name`),
    ...(description !== undefined && { description }),
    ...(parameters !== undefined && { parameters: object(parameters, `${path}.parameters`) }),
  };
}

function toolChoice(choice: unknown): CallOptions['toolChoice'] {
  if (choice === 'auto' || choice === 'none' || choice === 'required') return choice;
  const fields = object(choice, 'tool_choice');
  if (own(fields, 'type') !== 'function') throw invalid('tool_choice', 'auto, none, required or a function');
  const fn = object(own(fields, 'function'), 'tool_choice.function');
  return { tool: text(own(fn, 'name'), 'tool_choice.function.name') };
}

function schema(format: Fields): CallOptions['schema'] {
  switch (own(format, 'type')) {
    case 'text':
      return undefined;
    case 'json_object':
      return ANY_OBJECT;
    case 'json_schema':
      return namedSchema(
        object(own(format, 'json_schema'), 'response_format.json_schema'),
        'response_format.json_schema',
      );
    default:
      throw invalid('response_format.type', 'text, json_object or json_schema');
  }
}

/** What `json_object` asks for. */
export const ANY_OBJECT = { name: 'answer', schema: { type: 'object' } };

/** A schema with its name, as both wires write it. */
export function namedSchema(fields: Fields, path: string): CallOptions['schema'] {
  const description = maybeText(fields, 'description', `${path}.description`);
  return {
    name: text(own(fields, 'name'), `${path}.name`),
    ...(description !== undefined && { description }),
    schema: object(own(fields, 'schema'), `${path}.schema`),
  };
}
