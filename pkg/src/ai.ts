// Stored models for the AI SDK. Nothing of the SDK is loaded: the objects follow its specification, and its errors are
// recognized by their marks.

import { noSuchModel } from './ai/errors.js';
import { languageModel } from './ai/model.js';
import type { AiClient, AiProvider, AiProviderOptions, AiSpecification } from './ai/types.js';
import { invalid } from './errors.js';

export type * from './ai/types.js';

/** The kinds of models that the SDK asks a provider for and that no tag is. */
const OTHER_KINDS = [
  'embeddingModel',
  'imageModel',
  'rerankingModel',
  'speechModel',
  'textEmbeddingModel',
  'transcriptionModel',
] as const;

/**
 * A provider for the AI SDK whose models are stored ones, by tag: `p('support')`. Keys, environments, settings, retries
 * and fallbacks are those of `ductape`; what the SDK's call sets wins over what is stored.
 *
 * The client repeats what failed by itself, so give SDK calls `maxRetries: 0`. Without that nothing multiplies either: an
 * error that the client repeated already is not `isRetryable`.
 *
 * @example
 * ```ts
 * const models = ductapeProvider(ductape, { env: 'prd' });
 * const { text } = await generateText({ model: models('support'), prompt: 'Where is my order?', maxRetries: 0 });
 * ```
 *
 * @throws DuctapeError `invalid_input` where `specification` is neither `v4` (AI SDK 7, the default) nor `v3` (AI SDK 6).
 * Calls fail with the SDK's `APICallError` where a request failed, with an `AbortError` where the caller gave up, and with
 * this library's own errors otherwise (`model_not_found`, `env_inactive`, `missing_api_key`, …).
 */
export function ductapeProvider<V extends AiSpecification = 'v4'>(
  ductape: AiClient,
  options: AiProviderOptions<V> = {},
): AiProvider<V> {
  const specificationVersion = options.specification ?? ('v4' as V);
  if (specificationVersion !== 'v4' && specificationVersion !== 'v3') throw invalid('specification', "'v4' or 'v3'");
  const model = (tag: string) => languageModel(ductape, tag, specificationVersion, options);
  const others = OTHER_KINDS.map((kind) => [kind, (id: string) => refuse(kind, id)]);
  const provider = Object.assign((tag: string) => model(tag), Object.fromEntries(others));
  return Object.assign(provider, { specificationVersion, languageModel: model });
}

function refuse(kind: (typeof OTHER_KINDS)[number], id: string): never {
  throw noSuchModel(kind === 'textEmbeddingModel' ? 'embeddingModel' : kind, id);
}
