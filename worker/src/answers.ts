/**
 * The answers every route shares: JSON, and errors as `{error: {code, message}}`.
 * Knows which code goes with which status; never prints a stack or the thing that was thrown.
 */

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

const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  already_exists: 409,
  agent_not_found: 404,
  auth_failed: 502,
  bad_response: 502,
  conflict: 409,
  env_not_found: 404,
  model_not_found: 404,
  network: 502,
  overloaded: 503,
  permission_denied: 502,
  rate_limited: 429,
  retired_key: 409,
  storage_error: 500,
  tampered: 409,
  timeout: 504,
  unknown_key: 409,
};

export function json(value: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(value), {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...headers },
  });
}

export function failure(error: unknown): Response {
  if (error instanceof Refusal) return errorBody(error.status, error.code, error.message);
  // By `code`, not by class: a package installed twice has two classes.
  if (error instanceof Error && error.name === 'DuctapeError' && 'code' in error) {
    const code = String(error.code);
    return errorBody(STATUS_OF_CODE[code] ?? 400, code, error.message);
  }
  return errorBody(500, 'internal', 'Something failed inside the Worker.');
}

function errorBody(status: number, code: string, message: string): Response {
  return json({ error: { code, message } }, status);
}
