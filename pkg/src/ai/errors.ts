// Errors as the SDK knows its own. It recognizes them by registered symbols and not by class, so nothing of it has to be
// loaded to make one.

import { DuctapeError } from '../errors.js';
import type { Signal } from '../types.js';

/** Failures of one request that no status may stand beside: the request went out, or tried to. */
const OF_A_REQUEST: readonly string[] = ['bad_response', 'network', 'overloaded', 'rate_limited', 'timeout'];

/** An error that `isInstance` of the SDK's class of that name accepts. */
class SdkError extends Error {
  constructor(name: string, message: string, fields: object, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    Object.defineProperty(this, 'name', { value: name });
    for (const marker of ['vercel.ai.error', `vercel.ai.error.${name}`]) {
      Object.defineProperty(this, Symbol.for(marker), { value: true });
    }
    Object.assign(this, fields);
  }
}

/** The SDK's `NoSuchModelError`. */
export function noSuchModel(modelType: string, modelId: string): Error {
  const message = `No such ${modelType}: ${modelId}. Tags are language models.`;
  return new SdkError('AI_NoSuchModelError', message, { modelId, modelType });
}

/** The SDK's `UnsupportedFunctionalityError`, for what cannot be left out without changing the question. */
export function unsupported(functionality: string): Error {
  const message = `'${functionality}' functionality not supported.`;
  return new SdkError('AI_UnsupportedFunctionalityError', message, { functionality });
}

/**
 * What the SDK gets of a failed call of the model `tag`: an `AbortError` where the caller gave up, an `APICallError` where
 * a request failed, and everything else (a missing tag, an inactive environment, a wrong option) as it is.
 */
export function sdkError(error: unknown, tag: string, signal: Signal | undefined): unknown {
  if (!DuctapeError.is(error)) return error;
  if (error.code === 'aborted') return abortError(error, signal);
  return error.status !== undefined || OF_A_REQUEST.includes(error.code) ? apiCallError(error, tag) : error;
}

/** The caller's own reason where the SDK would recognize it, such as the `TimeoutError` of `AbortSignal.timeout`. */
function abortError(error: DuctapeError, signal: Signal | undefined): Error {
  const reason: unknown = (signal as { reason?: unknown } | undefined)?.reason;
  if (reason instanceof Error && ['AbortError', 'TimeoutError'].includes(reason.name)) return reason;
  const made = new Error(error.message, { cause: error });
  Object.defineProperty(made, 'name', { value: 'AbortError' });
  return made;
}

/**
 * Prompts, bodies and addresses stay out of errors here as everywhere in this library. Headers are the one that the SDK
 * measures its wait by.
 */
function apiCallError(error: DuctapeError, tag: string): Error {
  const { code, status, provider, requestId, retryAfterMs, attempts = [] } = error;
  const fields = {
    url: `ductape:${tag}`,
    requestBodyValues: {},
    statusCode: status,
    responseHeaders: retryAfterMs === undefined ? {} : { 'retry-after-ms': String(retryAfterMs) },
    responseBody: undefined,
    // What the client repeated already is not repeated once more: the two would multiply.
    isRetryable: error.retryable && attempts.length <= 1,
    data: { code, provider, requestId, attempts },
  };
  return new SdkError('AI_APICallError', error.message, fields, error);
}
