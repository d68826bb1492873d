// Pages of other origins. Off unless origins are named; tokens only, never cookies, never the admin routes.

import type { Reply } from './exchange.js';
import type { WebRequest } from './types.js';

/** Header names that a page may send; what it asks for beyond a name's grammar is not repeated. */
const NAMES = /^[a-z0-9-]{1,64}( ?, ?[a-z0-9-]{1,64}){0,63}$/i;

const EXPOSED = 'retry-after, x-request-id, x-should-retry';

/** Headers for a page's request; none where its origin is not named. */
export function corsHeaders(request: WebRequest, origins: readonly string[]): Record<string, string> {
  if (origins.length === 0) return {};
  const origin = request.headers.get('origin');
  const isOpen = origins.includes('*');
  if (origin === null || !(isOpen || origins.includes(origin))) return isOpen ? {} : { vary: 'origin' };
  const headers = { 'access-control-allow-origin': isOpen ? '*' : origin, 'access-control-expose-headers': EXPOSED };
  return isOpen ? headers : { ...headers, vary: 'origin' };
}

/** The answer to a page's question before its request, where it is one of an origin that is named. */
export function preflight(request: WebRequest, origins: readonly string[], methods: string): Reply | undefined {
  const cors = corsHeaders(request, origins);
  const isAsked = request.method === 'OPTIONS' && request.headers.get('access-control-request-method') !== null;
  if (!isAsked || cors['access-control-allow-origin'] === undefined) return undefined;
  const names = request.headers.get('access-control-request-headers') ?? '';
  const headers = {
    'access-control-allow-methods': methods,
    'access-control-allow-headers': NAMES.test(names) ? names : 'authorization, content-type',
    'access-control-max-age': '600',
  };
  return { status: 204, headers, body: null };
}
