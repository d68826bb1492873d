// Errors in OpenAI's shape. The status is what the caller of this gateway has to make of it: a provider that refuses the
// key that is stored here is this side's trouble (502), and no reason to get another token (401).

import { DuctapeError } from '../errors.js';
import type { ErrorCode } from '../types.js';

const STATUS: Partial<Record<ErrorCode, number>> = {
  aborted: 499,
  agent_env_inactive: 403,
  agent_not_found: 404,
  already_exists: 409,
  auth_failed: 401,
  bad_request: 400,
  bad_response: 502,
  conflict: 409,
  content_filtered: 400,
  context_length: 400,
  env_inactive: 403,
  env_not_found: 404,
  env_required: 400,
  insecure_base_url: 400,
  invalid_api_key: 400,
  invalid_input: 400,
  invalid_override: 400,
  key_reentry_required: 400,
  limit_exceeded: 400,
  model_not_found: 404,
  model_retired: 404,
  network: 502,
  not_found: 404,
  origin_not_allowed: 400,
  overloaded: 503,
  permission_denied: 403,
  quota_exceeded: 429,
  rate_limited: 429,
  redirect_refused: 502,
  storage_error: 503,
  timeout: 504,
  unsupported_parameter: 400,
};

const TYPES: Record<number, string> = {
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
};

/** An error as an answer: its status, its headers, and OpenAI's object. */
export interface Failure {
  readonly code: ErrorCode;
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly error: { message: string; type: string; code: ErrorCode; param: string | null };
}

/** A failure of the request itself, with the status that HTTP has for it. */
export class Refusal extends Error {
  readonly failure: Failure;

  constructor(status: number, code: ErrorCode, message: string, param: string | null = null) {
    super(message);
    this.failure = failure(status, code, message, param, {});
  }

  /** The same with a header more. */
  with(name: string, value: string): Refusal {
    this.failure.headers[name] = value;
    return this;
  }
}

/** Any thrown value as an answer. What is not an error of this library says nothing of itself: it may hold anything. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof Refusal) return thrown.failure;
  if (!DuctapeError.is(thrown)) return failure(500, 'internal', 'the gateway failed', null, retry(false));
  const { code, message, details } = thrown;
  const field = typeof details.field === 'string' ? details.field : null;
  const headers = retry(thrown.retryable && (thrown.attempts?.length ?? 0) <= 1);
  if (thrown.retryAfterMs !== undefined) headers['retry-after'] = String(Math.ceil(thrown.retryAfterMs / 1000));
  return failure(statusOf(thrown), code, message, field, headers);
}

/** A provider's refusal of the stored key carries the provider's status; this gateway's own carries none. */
function statusOf({ code, status }: DuctapeError): number {
  if (status !== undefined && (code === 'auth_failed' || code === 'permission_denied')) return 502;
  return STATUS[code] ?? 500;
}

/** The official clients obey it. What the client of this gateway repeated already is not repeated once more. */
function retry(isWorthIt: boolean): Record<string, string> {
  return { 'x-should-retry': String(isWorthIt) };
}

function failure(
  status: number,
  code: ErrorCode,
  message: string,
  param: string | null,
  headers: Record<string, string>,
): Failure {
  const own = code === 'quota_exceeded' ? 'insufficient_quota' : TYPES[status];
  const type = own ?? (status < 500 ? 'invalid_request_error' : 'server_error');
  return { code, status, headers, error: { message, type, code, param } };
}
