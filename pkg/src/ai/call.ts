// A call of the SDK becomes a call by tag.

import type { CallOptions } from '../call-types.js';
import type { Json, ResolveOptions } from '../types.js';
import { extraFields, merged } from './extras.js';
import { conversation } from './prompt.js';
import { ownSettings, refuseHeaders } from './settings.js';
import { toolsAndForm } from './tools.js';
import type { AiCallOptions, AiClient, AiWarning } from './types.js';

/** The call, and what of the SDK's options did not get into it. */
export interface Prepared {
  call: CallOptions;
  warnings: AiWarning[];
}

/** Builds the call of `target`, a tag with its product and environment. */
export async function prepareCall(client: AiClient, target: ResolveOptions, options: AiCallOptions): Promise<Prepared> {
  const warnings: AiWarning[] = [];
  const { providerOptions, env = target.env, ...own } = ownSettings(options, warnings);
  refuseHeaders(options.headers, warnings);
  const where = { ...target, env };
  const extras = await extraFields(client, where, options, warnings);
  const { maxOutputTokens: maxTokens, temperature, topP, stopSequences } = options;
  const call: CallOptions = {
    ...where,
    ...own,
    ...conversation(options.prompt, warnings),
    ...toolsAndForm(options, warnings),
    modelConfig: { maxTokens, temperature, topP, stopSequences },
    providerOptions: merged(extras, providerOptions ?? {}) as Record<string, Json>,
    signal: options.abortSignal,
  };
  return { call, warnings };
}
