// The one error class. It shows what the core reports and adds nothing.

import type { Attempt } from './call-types.js';
import type { ErrorCode, ProviderId } from './types.js';

/** An error as the core hands it over. */
export interface ErrorView {
  code: string;
  message: string;
  retryable?: boolean;
  status?: number;
  provider?: string;
  requestId?: string;
  retryAfterMs?: number;
  cause?: unknown;
  details?: Record<string, unknown>;
}

const BRAND: unique symbol = Symbol.for('ductape-models.error') as never;

/**
 * Every failure of this library. Switch on `code`: it is stable, while messages are for people.
 * Two copies of the package have two classes, so test with {@link DuctapeError.is}, not with `instanceof`.
 */
export class DuctapeError extends Error {
  /** What went wrong, as a stable word. */
  readonly code: ErrorCode;
  /** Whether the same call may succeed when repeated unchanged. */
  readonly retryable: boolean;
  /** The HTTP status, where a provider answered. */
  readonly status?: number;
  /** The provider that answered. */
  readonly provider?: ProviderId;
  /** The provider's id of the request, for its support. */
  readonly requestId?: string;
  /** How long the provider asks to wait, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Every request that was sent, where any was. */
  readonly attempts?: Attempt[];
  /** Safe facts: `field` and `expected` for input, `available` slugs, `partial` text of a broken stream. */
  readonly details: Record<string, unknown>;

  constructor(view: ErrorView) {
    super(view.message, view.cause === undefined ? undefined : { cause: view.cause });
    const { attempts, ...details } = view.details ?? {};
    this.code = view.code as ErrorCode;
    this.retryable = view.retryable ?? false;
    this.details = details;
    if (view.status !== undefined) this.status = view.status;
    if (view.provider !== undefined) this.provider = view.provider as ProviderId;
    if (view.requestId !== undefined) this.requestId = view.requestId;
    if (view.retryAfterMs !== undefined) this.retryAfterMs = view.retryAfterMs;
    if (Array.isArray(attempts)) this.attempts = attempts as Attempt[];
    Object.defineProperty(this, BRAND, { value: true });
  }

  override get name(): string {
    return 'DuctapeError';
  }

  /** Whether `value` is an error of this library, of any copy of it; with `code`, of that kind. */
  static is(value: unknown, code?: ErrorCode): value is DuctapeError {
    if (typeof value !== 'object' || value === null || !(BRAND in value)) return false;
    return code === undefined || (value as unknown as DuctapeError).code === code;
  }
}

/** `invalid_input` for the field at `path`; the value given is not repeated. */
export function invalid(path: string, expected: string): DuctapeError {
  const message = `${path}: expected ${expected}`;
  return new DuctapeError({ code: 'invalid_input', message, details: { field: path, expected } });
}

/** The call was aborted before the core had anything to do with it. */
export function aborted(): DuctapeError {
  return new DuctapeError({ code: 'aborted', message: 'the call was aborted' });
}
