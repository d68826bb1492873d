/**
 * The answers every route shares: JSON, and errors as `{error: {code, message}}`.
 * Knows which code goes with which status; never prints a stack or the thing that was thrown.
 */
import { DuctapeError, type ErrorCode } from 'ductape-models';

/** An error that may be told to the caller as it stands. */
export class Refusal extends Error {
  readonly code: string;
  readonly status: number;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.code = code;
  }
}

const STATUS_OF_CODE: Partial<Record<ErrorCode, number>> = {
  already_exists: 409,
  auth_failed: 502,
  bad_response: 502,
  conflict: 409,
  entropy_unavailable: 500,
  env_not_found: 404,
  internal: 500,
  model_not_found: 404,
  network: 502,
  overloaded: 503,
  permission_denied: 502,
  quota_exceeded: 429,
  rate_limited: 429,
  redirect_refused: 502,
  retired_key: 409,
  storage_contract: 500,
  storage_error: 500,
  tampered: 409,
  timeout: 504,
  unknown_key: 409,
  wasm_blocked: 500,
  wasm_unavailable: 500,
};

export function json(value: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(value), {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...headers },
  });
}

export function failure(error: unknown): Response {
  if (error instanceof Refusal) return errorBody(error.status, error.code, error.message);
  if (DuctapeError.is(error)) return errorBody(STATUS_OF_CODE[error.code] ?? 400, error.code, error.message);
  return errorBody(500, 'internal', 'Something failed inside the Worker.');
}

function errorBody(status: number, code: string, message: string): Response {
  return json({ error: { code, message } }, status);
}
