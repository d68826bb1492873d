// One request from its arrival to its line: who may ask, who answers, and what every answer carries.

import type { ErrorCode } from '../types.js';
import { adminOf } from './admin-key.js';
import { checked } from './claims.js';
import { corsHeaders, preflight } from './cors.js';
import type { Exchange, Reply } from './exchange.js';
import { type Failure, failureOf, Refusal } from './failures.js';
import { type Route, routeOf } from './routes.js';
import type { Setup } from './setup.js';
import type { GatewayContext, RequestLine, TokenClaims, WebRequest, WebResponse } from './types.js';

const BEARER = /^Bearer +([^\s]+)$/i;

/** Answers a request. */
export async function serve(setup: Setup, request: WebRequest, ctx: GatewayContext | undefined): Promise<WebResponse> {
  const url = new URL(request.url);
  const route = routeOf(url.pathname);
  const cors = route?.access === 'admin' ? {} : corsHeaders(request, setup.origins);
  const asked = route?.access === 'token' ? preflight(request, setup.origins, allowed(route)) : undefined;
  const line = lineOf(request, route);
  const course = new Course(setup, line);
  let reply: Reply;
  try {
    reply = asked ?? (await answer(course.exchange(request, url, route), route));
  } catch (error) {
    const failure = failureOf(error);
    course.failed(failure.code);
    reply = failed(failure);
  }
  course.answered(reply.status);
  if (course.isLate) ctx?.waitUntil(course.over);
  return respond(reply, line.requestId, cors);
}

/** An answer with the headers that all have. */
export function respond(reply: Reply, requestId: string, more: Record<string, string>): WebResponse {
  const headers = {
    ...reply.headers,
    ...more,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-request-id': requestId,
  };
  return new Response(reply.body as string | ReadableStream | null, { status: reply.status, headers }) as WebResponse;
}

/** A failure as a whole answer. */
export function failed({ status, headers, error }: Failure): Reply {
  return { status, headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify({ error }) };
}

export function requestId(): string {
  return `req_${crypto.randomUUID().replaceAll('-', '')}`;
}

async function answer(exchange: Exchange, route: Route | undefined): Promise<Reply> {
  const { request, setup, line } = exchange;
  if (headerBytes(request) > setup.limits.headerBytes) {
    throw new Refusal(431, 'limit_exceeded', `the headers are longer than ${setup.limits.headerBytes} bytes`);
  }
  if (route === undefined || (route.access === 'admin' && setup.admins.length === 0)) {
    throw new Refusal(404, 'not_found', 'there is no such route');
  }
  const { method } = request;
  if (!Object.hasOwn(route.methods, method)) {
    throw new Refusal(405, 'invalid_input', `expected ${allowed(route)}`, 'method').with('allow', allowed(route));
  }
  if (route.access === 'admin') {
    const handler = route.methods[method];
    const product = await adminProduct(exchange);
    if (product !== undefined) line.product = product;
    exchange.enter();
    return handler?.({ ...exchange, product }) ?? unreachable();
  }
  const handler = route.methods[method];
  const claims = await claimsOf(exchange);
  exchange.enter();
  return handler?.({ ...exchange, claims }) ?? unreachable();
}

function unreachable(): never {
  throw new Refusal(404, 'not_found', 'there is no such route');
}

/** The token's claims, its limit of requests kept. */
async function claimsOf({ request, setup, line }: Exchange): Promise<TokenClaims> {
  const { auth, rateLimit } = setup.options;
  const claims = await checked(bearer(request, 'a token'), setup.keys, line.time, auth.revoked);
  line.tokenId = claims.id;
  line.product = claims.product;
  line.env = claims.env;
  if (rateLimit !== undefined && (await rateLimit(claims)).success !== true) {
    throw new Refusal(429, 'rate_limited', 'too many requests with this token for now');
  }
  return claims;
}

async function adminProduct({ request, setup, url }: Exchange): Promise<string | undefined> {
  const admin = await adminOf(setup.admins, bearer(request, 'the admin key'));
  if (admin === undefined) throw new Refusal(401, 'auth_failed', 'this is no admin key of the gateway');
  const fixed = admin.product ?? setup.options.product;
  const named = url.searchParams.get('product') ?? undefined;
  if (fixed !== undefined && named !== undefined && named !== fixed) {
    throw new Refusal(403, 'permission_denied', 'the admin key is for another product', 'product');
  }
  return fixed ?? named;
}

function bearer(request: WebRequest, what: string): string {
  const given = BEARER.exec(request.headers.get('authorization') ?? '')?.[1];
  if (given !== undefined) return given;
  throw new Refusal(401, 'auth_failed', `expected ${what} as authorization: Bearer`, 'authorization').with(
    'www-authenticate',
    'Bearer',
  );
}

function headerBytes(request: WebRequest): number {
  let bytes = 0;
  request.headers.forEach((value, name) => {
    bytes += name.length + value.length;
  });
  return bytes;
}

function allowed(route: Route): string {
  return Object.keys(route.methods).join(', ');
}

function lineOf(request: WebRequest, route: Route | undefined): RequestLine {
  const known = route !== undefined && Object.hasOwn(route.methods, request.method);
  const name = route === undefined ? 'other' : `${known ? request.method : 'other'} ${route.pattern}`;
  return { time: Date.now(), requestId: requestId(), route: name, status: 0, durationMs: 0 };
}

/** How far a request is, and the line that is told once it is over. */
class Course {
  readonly #setup: Setup;
  readonly #line: RequestLine;
  #end: () => void = () => undefined;
  #isIn = false;
  #isOver = false;
  isLate = false;
  /** Settles when the request is over. */
  readonly over: Promise<void>;

  constructor(setup: Setup, line: RequestLine) {
    this.#setup = setup;
    this.#line = line;
    this.over = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  exchange(request: WebRequest, url: URL, route: Route | undefined): Exchange {
    const later = () => {
      this.isLate = true;
      return (failure?: Failure) => {
        if (failure !== undefined) this.failed(failure.code);
        this.#finish();
      };
    };
    const enter = () => this.#enter();
    return { setup: this.#setup, request, url, tag: route?.tag ?? '', line: this.#line, enter, later };
  }

  failed(code: ErrorCode): void {
    this.#line.code = code;
  }

  answered(status: number): void {
    this.#line.status = status;
    if (!this.isLate) this.#finish();
  }

  #enter(): void {
    if (this.#setup.active >= this.#setup.limits.concurrent) {
      throw new Refusal(429, 'rate_limited', 'too many requests at a time').with('retry-after', '1');
    }
    this.#setup.active += 1;
    this.#isIn = true;
  }

  #finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#isIn) this.#setup.active -= 1;
    this.#line.durationMs = Date.now() - this.#line.time;
    this.#end();
    try {
      this.#setup.options.onRequest?.({ ...this.#line });
    } catch {
      // Whoever listens cannot break an answer.
    }
  }
}
