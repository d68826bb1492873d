// One request on its way through the gateway.

import type { Usage } from '../call-types.js';
import type { Signal, WebStream } from '../types.js';
import type { Failure } from './failures.js';
import type { Setup } from './setup.js';
import type { RequestLine, TokenClaims, WebRequest } from './types.js';

/** An answer before the headers that all have. */
export interface Reply {
  status: number;
  headers?: Record<string, string>;
  body: string | WebStream | null;
}

/** A request that was let in. */
export interface Exchange {
  readonly setup: Setup;
  readonly request: WebRequest;
  readonly url: URL;
  /** The tag in the address; empty where there is none. */
  readonly tag: string;
  /** What is told of it in the end. */
  readonly line: RequestLine;
  /** Takes a place among those that are served at a time, until the request is over. */
  enter(): void;
  /** Says that the request is over later, with its stream, and gives the way to say that it is. */
  later(): (failure?: Failure) => void;
}

/** A request with a token. */
export interface TokenExchange extends Exchange {
  readonly claims: TokenClaims;
}

/** A request with an admin key; without a product, the client's own is meant. */
export interface AdminExchange extends Exchange {
  readonly product: string | undefined;
}

/** The signal that fires when the client goes away. */
export function signalOf(exchange: Exchange): Signal {
  return exchange.request.signal as Signal;
}

/** Notes what an answer cost. */
export function note(line: RequestLine, usage: Usage | null): void {
  if (usage?.inputTokens !== undefined) line.inputTokens = usage.inputTokens;
  if (usage?.outputTokens !== undefined) line.outputTokens = usage.outputTokens;
}

export function json(value: unknown, status = 200): Reply {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}

export function eventStream(body: WebStream): Reply {
  return { status: 200, headers: { 'content-type': 'text/event-stream; charset=utf-8' }, body };
}
