// Compiled, never run: the bridge's objects and types against the SDK's own, current and before.

import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4StreamPart,
  ProviderV4,
} from '@ai-sdk/provider';
import type {
  LanguageModelV3,
  LanguageModelV3CallOptions,
  LanguageModelV3StreamPart,
  ProviderV3,
} from '@ai-sdk/provider-v3';
import { createProviderRegistry, generateText, type LanguageModel } from 'ai';
import { createProviderRegistry as createRegistryV6, type LanguageModel as LanguageModelOfV6 } from 'ai-v6';
import Ductape from 'ductape-models';
import { type AiCallOptions, type AiGenerateResult, type AiStreamPart, ductapeProvider } from 'ductape-models/ai';

const ductape = new Ductape();
const current = ductapeProvider(ductape);
const before = ductapeProvider(ductape, { specification: 'v3' });

export const models: [LanguageModelV4, LanguageModel, LanguageModelV3, LanguageModelOfV6, LanguageModel] = [
  current('a'),
  current.languageModel('a'),
  before('a'),
  before('a'),
  before('a'),
];
export const providers: [ProviderV4, ProviderV3] = [current, before];
export const registries = [createProviderRegistry({ current, before }), createRegistryV6({ before })];

// A `ReadableStream` of ours has no element type, so the parts are held against the SDK's on their own; methods compare
// loosely, so what goes in and comes out is, too.
export const parts = (part: AiStreamPart<'v4'>): LanguageModelV4StreamPart => part;
export const partsBefore = (part: AiStreamPart<'v3'>): LanguageModelV3StreamPart => part;
export const given = (options: LanguageModelV4CallOptions): AiCallOptions => options;
export const givenBefore = (options: LanguageModelV3CallOptions): AiCallOptions => options;
type Result<M extends { doGenerate(options: never): PromiseLike<unknown> }> = Awaited<ReturnType<M['doGenerate']>>;
export const result = (answer: AiGenerateResult<'v4'>): Result<LanguageModelV4> => answer;
export const resultBefore = (answer: AiGenerateResult<'v3'>): Result<LanguageModelV3> => answer;

// @ts-expect-error the current specification is not the one before it
export const tooNew: LanguageModelV3 = current('a');

// @ts-expect-error a word of the current specification only
export const word: ReturnType<typeof reasonBefore> = 'interrupted';
declare function reasonBefore(): AiGenerateResult<'v3'>['finishReason']['unified'];

export const used = (): unknown => generateText({ model: current('a'), prompt: 'x' });
