// Settings of a request: the five that every model has, and those that go on as a provider's own options.

import type { CallOptions } from '../call-types.js';
import { invalid } from '../errors.js';
import type { Json, ModelConfig } from '../types.js';
import { type Fields, list, maybeNumber, own, text } from './fields.js';

/** What a request asks for, before a token had its say. */
export interface Asked {
  /** The model's tag. */
  tag: string;
  call: CallOptions & { modelConfig: ModelConfig };
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
  const path = url.split('?')[0] ?? '';
  if (path.endsWith('/chat/completions')) return extras;
  if (path.endsWith('/responses')) return forResponses(extras);
  if (path.endsWith('/messages')) return forMessages(extras);
  if (path.includes(':')) return path.includes('enerateContent') ? forGemini(extras) : {};
  return some(extras, { frequency_penalty: 'frequency_penalty', presence_penalty: 'presence_penalty', seed: 'seed' });
}

function forResponses({ reasoning_effort: effort, verbosity, ...rest }: Extras): Record<string, Json> {
  const same = { parallel_tool_calls: 'parallel_tool_calls', prompt_cache_key: 'prompt_cache_key' };
  return {
    ...some(rest, same),
    ...(effort !== undefined && { reasoning: { effort } }),
    ...(verbosity !== undefined && { text: { verbosity } }),
  };
}

function forMessages({ parallel_tool_calls: parallel }: Extras): Record<string, Json> {
  return parallel === false ? { tool_choice: { disable_parallel_tool_use: true } } : {};
}

function forGemini(extras: Extras): Record<string, Json> {
  const names = { frequency_penalty: 'frequencyPenalty', presence_penalty: 'presencePenalty', seed: 'seed' };
  const generationConfig = some(extras, names);
  return Object.keys(generationConfig).length > 0 ? { generationConfig } : {};
}

function some(extras: Extras, names: Readonly<Record<string, string>>): Record<string, Json> {
  const out: Record<string, Json> = {};
  for (const [name, theirs] of Object.entries(names)) {
    const value = extras[name];
    if (value !== undefined) out[theirs] = value;
  }
  return out;
}
