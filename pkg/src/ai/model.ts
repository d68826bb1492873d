// The model object: one tag, called the SDK's way.

import type { CallOptions } from '../call-types.js';
import type { ResolveOptions } from '../types.js';
import { prepareCall } from './call.js';
import { generateResult } from './content.js';
import { sdkError } from './errors.js';
import { OWN } from './prompt.js';
import { opened, readable } from './stream.js';
import type {
  AiCallOptions,
  AiClient,
  AiGenerateResult,
  AiLanguageModel,
  AiProviderOptions,
  AiRequest,
  AiSpecification,
  AiStreamResult,
} from './types.js';

/** Every wire takes the address of a picture; documents by address are taken by some only. */
const SUPPORTED_URLS = { 'image/*': [/^https:\/\//] };

/** The model `tag` of `client`. */
export function languageModel<V extends AiSpecification>(
  client: AiClient,
  tag: string,
  specificationVersion: V,
  { product, env, requestBody = false }: AiProviderOptions,
): AiLanguageModel<V> {
  const target: ResolveOptions = { product, env, model: tag };
  const shown = (call: CallOptions, stream: boolean) => (requestBody ? request(client, call, stream) : undefined);

  const generate = async (options: AiCallOptions): Promise<AiGenerateResult<V>> => {
    const { call, warnings } = await prepareCall(client, target, options);
    const [answer, sent] = await Promise.all([client.generate(call), shown(call, false)]);
    return generateResult(answer, warnings, sent, specificationVersion);
  };

  const stream = async (options: AiCallOptions): Promise<AiStreamResult> => {
    const { call, warnings } = await prepareCall(client, target, options);
    const answer = client.stream(call);
    const [start, sent] = await Promise.all([opened(answer), shown(call, true)]);
    const parts = readable(answer, start, {
      version: specificationVersion,
      warnings,
      raw: options.includeRawChunks ?? false,
      error: (error) => sdkError(error, tag, options.abortSignal),
    });
    return { stream: parts, ...(sent && { request: sent }), response: { headers: start.response.headers } };
  };

  const failing = async <T>(options: AiCallOptions, work: (options: AiCallOptions) => Promise<T>): Promise<T> => {
    try {
      return await work(options);
    } catch (error) {
      throw sdkError(error, tag, options.abortSignal);
    }
  };

  return {
    specificationVersion,
    provider: OWN,
    modelId: tag,
    supportedUrls: SUPPORTED_URLS,
    doGenerate: (options) => failing(options, generate),
    doStream: (options) => failing(options, stream),
  };
}

/** The request for whoever looks into results. A call does not fail because it cannot be shown. */
async function request(client: AiClient, call: CallOptions, stream: boolean): Promise<AiRequest | undefined> {
  try {
    const { signal: _, ...options } = call;
    const { url, body } = await client.buildRequest({ ...options, stream });
    return { url, body };
  } catch {
    return undefined;
  }
}
