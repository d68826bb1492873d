// Settings that the SDK has and `modelConfig` has not. Where the wire knows them they travel as fields of the request
// body; where it does not, a warning says so.

import type { ResolveOptions } from '../types.js';
import type { AiCallOptions, AiClient, AiJson, AiJsonObject, AiWarning } from './types.js';

/** The forms that a request can have. */
type Wire = 'chat' | 'cohere' | 'google' | 'messages' | 'responses';

type Extra = 'topK' | 'seed' | 'presencePenalty' | 'frequencyPenalty' | 'reasoning';

/** A setting as fields of the body; where it goes as something near to it, `note` gets why. */
type Write = (value: AiJson, note: (details: string) => void) => AiJsonObject;

const as =
  (name: string): Write =>
  (value) => ({ [name]: value });

const generation =
  (name: string): Write =>
  (value) => ({ generationConfig: { [name]: value } });

const PENALTIES = { presencePenalty: as('presence_penalty'), frequencyPenalty: as('frequency_penalty') };

const WRITERS: Record<Wire, Partial<Record<Extra, Write>>> = {
  chat: { seed: as('seed'), ...PENALTIES, reasoning: as('reasoning_effort') },
  responses: { reasoning: as('reasoning_effort') },
  messages: { topK: as('top_k'), reasoning: claudeEffort },
  google: {
    topK: generation('topK'),
    seed: generation('seed'),
    presencePenalty: generation('presencePenalty'),
    frequencyPenalty: generation('frequencyPenalty'),
    reasoning: geminiLevel,
  },
  cohere: { topK: as('k'), seed: as('seed'), ...PENALTIES },
};

const EXTRAS: readonly Extra[] = ['topK', 'seed', 'presencePenalty', 'frequencyPenalty', 'reasoning'];

/** The fields for the extra settings of a call. Only a call that has any looks up which wire its model speaks. */
export async function extraFields(
  client: AiClient,
  target: ResolveOptions,
  options: AiCallOptions,
  warnings: AiWarning[],
): Promise<AiJsonObject> {
  const given = EXTRAS.filter((name) => options[name] !== undefined && options[name] !== 'provider-default');
  if (given.length === 0) return {};
  const wire = await wireOf(client, target);
  let fields: AiJsonObject = {};
  for (const name of given) {
    const write = WRITERS[wire][name];
    if (write === undefined) {
      warnings.push({ type: 'unsupported', feature: name, details: 'the API of this model has no such setting' });
      continue;
    }
    const note = (details: string) => warnings.push({ type: 'compatibility', feature: name, details });
    fields = merged(fields, write(options[name] as AiJson, note));
  }
  return fields;
}

/** `over` on top of `under`, objects one level deep field by field. */
export function merged(under: AiJsonObject, over: { readonly [name: string]: unknown }): AiJsonObject {
  const out = { ...under };
  for (const [name, value] of Object.entries(over)) {
    const both = isObject(out[name]) && isObject(value);
    out[name] = (both ? { ...(out[name] as object), ...(value as object) } : value) as AiJson;
  }
  return out;
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

async function wireOf(client: AiClient, target: ResolveOptions): Promise<Wire> {
  const { provider } = await client.resolve(target);
  if (provider === 'anthropic') return 'messages';
  if (provider === 'cohere' || provider === 'google') return provider;
  // The others speak several, and only a request tells which.
  const { body, headers } = await client.buildRequest({ ...target, prompt: '-' });
  if ('anthropic-version' in headers) return 'messages';
  return Object.hasOwn(body as object, 'input') ? 'responses' : 'chat';
}

function claudeEffort(value: AiJson, note: (details: string) => void): AiJsonObject {
  if (value === 'none') return { thinking: { type: 'disabled' } };
  if (value === 'minimal') note("there is no effort 'minimal'; it went as 'low'");
  return { output_config: { effort: value === 'minimal' ? 'low' : value } };
}

function geminiLevel(value: AiJson, note: (details: string) => void): AiJsonObject {
  if (value === 'none') return { thinkingConfig: { thinkingBudget: 0 } };
  const above = value === 'xhigh' || value === 'max';
  if (above) note(`there is no level '${value}'; it went as 'high'`);
  return { thinkingConfig: { thinkingLevel: above ? 'high' : value } };
}
