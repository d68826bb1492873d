// Settings of a request: the five that every model has, and those that go on as a provider's own options.

import type { CallOptions, Message } from '../call-types.js';
import { invalid } from '../errors.js';
import type { Json, ModelConfig } from '../types.js';
import { type Fields, list, maybeNumber, own, text } from './fields.js';

/** What a request asks for, before a token had its say. */
export interface Asked {
  /** The model's tag. */
  tag: string;
  call: CallOptions & { modelConfig: ModelConfig; messages: readonly Message[] };
  stream: boolean;
  /** Settings beyond the five, under OpenAI's names. */
  extras: Extras | undefined;
}

/** Settings that some wires have. */
export type Extras = { [name: string]: Json };

/** Settings beyond the five that go on where the model's wire has them. */
const EXTRA = [
  'frequency_penalty',
  'logit_bias',
  'parallel_tool_calls',
  'presence_penalty',
  'prompt_cache_key',
  'reasoning_effort',
  'seed',
  'verbosity',
] as const;

/** Temperature and `top_p`, and the most tokens by the names that a wire has for them. */
export function settings(body: Fields, ...maxTokens: readonly string[]): ModelConfig {
  const config: ModelConfig = {};
  const temperature = maybeNumber(body, 'temperature');
  const topP = maybeNumber(body, 'top_p');
  const most = maxTokens.map((name) => maybeNumber(body, name)).find((count) => count !== undefined);
  if (temperature !== undefined) config.temperature = temperature;
  if (topP !== undefined) config.topP = topP;
  if (most !== undefined) config.maxTokens = most;
  return config;
}

/** `stop`: a text or a list of them. */
export function stops(body: Fields): readonly string[] | undefined {
  const stop = own(body, 'stop');
  if (stop === undefined) return undefined;
  return typeof stop === 'string' ? [stop] : list(stop, 'stop').map((item, at) => text(item, `stop[${at}]`));
}

/** `json_object`: JSON of any shape. A schema would not do, since vendors take one without fields for an empty object. */
export const JSON_OBJECT: Extras = { response_format: { type: 'json_object' } };

/** What a wire without a switch for it is told in its place. */
const JSON_ALONE = 'Answer with one JSON object and nothing else.';

/** The conversation for a wire: with the word for what it has no option for. */
export function spoken(messages: readonly Message[], extras: Extras, url: string): readonly Message[] {
  const isUnsaid = extras.response_format !== undefined && pathOf(url).endsWith('/messages');
  return isUnsaid ? [{ role: 'system', content: JSON_ALONE }, ...messages] : messages;
}

/** Settings beyond the five that were sent; mostly none. */
export function extras(body: Fields): Extras | undefined {
  let found: Extras | undefined;
  for (const name of EXTRA) {
    const value = own(body, name);
    if (value === undefined) continue;
    found ??= {};
    found[name] = value as Json;
  }
  return found;
}

/** Refuses what would change the answer and cannot be had. */
export function refuse(body: Fields, fields: Readonly<Record<string, (value: unknown) => boolean>>, why: string): void {
  for (const [name, isFine] of Object.entries(fields)) {
    const value = own(body, name);
    if (value !== undefined && !isFine(value)) throw invalid(name, why);
  }
}

/** The options for a provider's request, by the path that the request would go to. */
export function providerOptions(extras: Extras, url: string): Record<string, Json> {
  const path = pathOf(url);
  if (path.endsWith('/chat/completions')) return extras;
  if (path.endsWith('/responses')) return forResponses(extras);
  if (path.endsWith('/messages')) return forMessages(extras);
  if (path.includes(':')) return path.includes('enerateContent') ? forGemini(extras) : {};
  return some(extras, COHERE);
}

const COHERE = {
  frequency_penalty: 'frequency_penalty',
  presence_penalty: 'presence_penalty',
  response_format: 'response_format',
  seed: 'seed',
};

function pathOf(url: string): string {
  return new URL(url).pathname;
}

function forResponses(extras: Extras): Record<string, Json> {
  const same = { parallel_tool_calls: 'parallel_tool_calls', prompt_cache_key: 'prompt_cache_key' };
  const reasoning = some(extras, { reasoning_effort: 'effort' });
  const text = some(extras, { response_format: 'format', verbosity: 'verbosity' });
  return { ...some(extras, same), ...filled('reasoning', reasoning), ...filled('text', text) };
}

function forMessages({ parallel_tool_calls: parallel }: Extras): Record<string, Json> {
  return parallel === false ? { tool_choice: { disable_parallel_tool_use: true } } : {};
}

function forGemini(extras: Extras): Record<string, Json> {
  const names = { frequency_penalty: 'frequencyPenalty', presence_penalty: 'presencePenalty', seed: 'seed' };
  const isJson = extras.response_format !== undefined;
  const config = { ...some(extras, names), ...(isJson && { responseMimeType: 'application/json' }) };
  return filled('generationConfig', config);
}

function filled(name: string, fields: Record<string, Json>): Record<string, Json> {
  return Object.keys(fields).length > 0 ? { [name]: fields } : {};
}

function some(extras: Extras, names: Readonly<Record<string, string>>): Record<string, Json> {
  const out: Record<string, Json> = {};
  for (const [name, theirs] of Object.entries(names)) {
    const value = extras[name];
    if (value !== undefined) out[theirs] = value;
  }
  return out;
}
