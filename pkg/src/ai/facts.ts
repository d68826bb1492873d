// What surrounds an answer, in the SDK's words: why it ended, what it used, what was not taken as given, who served it.

import type { Attempt, Completion, ResponseInfo, Usage } from '../call-types.js';
import type { Warning } from '../types.js';
import { OWN } from './prompt.js';
import type {
  AiFinishReason,
  AiJson,
  AiJsonObject,
  AiMetadata,
  AiResponseMetadata,
  AiSpecification,
  AiUsage,
  AiWarning,
} from './types.js';

/** What `explain` and the result's `warnings` call a value that did not reach the vendor at all. */
const LOST = 'dropped';

/** Codes of values that reached the vendor as something near to what was given. */
const CHANGED: readonly string[] = ['changed', 'clamped', 'healed'];

/**
 * Why the answer ended, under `version`. The SDK runs tools after `tool-calls` and `stop` only, so whole calls that ended
 * in a word that is not known are `tool-calls`; and `v3` has no word for an answer whose end is missing.
 */
export function finishReason<V extends AiSpecification>(
  { finishReason: { unified, raw }, toolCalls }: Pick<Completion, 'finishReason' | 'toolCalls'>,
  version: V,
): AiFinishReason<V> {
  const runs = toolCalls.length > 0 && toolCalls.every(({ incomplete }) => !incomplete);
  const word = unified === 'other' && runs ? 'tool-calls' : unified;
  const known = word === 'interrupted' && version === 'v3' ? 'other' : word;
  return { unified: known as AiFinishReason<V>['unified'], raw: raw ?? undefined };
}

/** The counts; what was not reported stays `undefined`. */
export function usage(used: Usage | null | undefined): AiUsage {
  const { inputTokens, outputTokens, cachedInputTokens, cacheWriteTokens, reasoningTokens, raw } = used ?? {};
  return {
    inputTokens: {
      total: inputTokens,
      noCache: without(inputTokens, cachedInputTokens, cacheWriteTokens),
      cacheRead: cachedInputTokens,
      cacheWrite: cacheWriteTokens,
    },
    outputTokens: { total: outputTokens, text: without(outputTokens, reasoningTokens), reasoning: reasoningTokens },
    ...(isObject(raw) && { raw }),
  };
}

/** What is left of `total`; nothing is known of that where none of the pieces is. */
function without(total: number | undefined, ...pieces: (number | undefined)[]): number | undefined {
  const known = pieces.filter((piece) => piece !== undefined);
  if (total === undefined || known.length === 0) return undefined;
  return Math.max(
    0,
    known.reduce((left, piece) => left - piece, total),
  );
}

function isObject(value: unknown): value is AiJsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A warning of the call's. */
export function warning({ code, field, message }: Warning): AiWarning {
  if (code === LOST) return { type: 'unsupported', feature: field, details: message };
  if (CHANGED.includes(code)) return { type: 'compatibility', feature: field, details: message };
  return { type: 'other', message };
}

/** Facts about the response. No wire reports when it began, so that is when it came. */
export function responseMetadata(response: ResponseInfo, model?: string): AiResponseMetadata {
  return { id: response.id, modelId: response.model ?? model, timestamp: new Date() };
}

/** Who answered after which attempts, and what else is known of the end. */
export function callMetadata(
  { served, attempts, finishReason }: Pick<Completion, 'served' | 'attempts' | 'finishReason'>,
  late: readonly Warning[] = [],
): AiMetadata {
  const details = finishReason.details as AiJson | undefined;
  const own = {
    served: { ...served },
    attempts: attempts.map((attempt: Attempt) => ({ ...attempt })),
    ...(details !== undefined && { finishDetails: details }),
    ...(late.length > 0 && { warnings: late.map((each) => ({ ...each })) }),
  };
  return { [OWN]: own };
}

/** What a vendor wants back with a piece, where the SDK brings it back from. */
export function pieceMetadata(data: object | undefined): { providerMetadata?: AiMetadata } {
  return data === undefined ? {} : { providerMetadata: { [OWN]: data as AiJsonObject } };
}
