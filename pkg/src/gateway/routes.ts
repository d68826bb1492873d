// The table of routes: from method and path to who answers and who may ask.

import { actions, collection, record } from './admin.js';
import { runAgent } from './agents.js';
import { completions } from './completions.js';
import type { AdminExchange, Reply, TokenExchange } from './exchange.js';
import { listModels, oneModel } from './models.js';
import { responses } from './responses.js';

/** A path's handlers by method, and the credential that they take. */
export type Route = { readonly pattern: string; readonly tag: string } & (
  | { readonly access: 'token'; readonly methods: Record<string, (exchange: TokenExchange) => Promise<Reply>> }
  | { readonly access: 'admin'; readonly methods: Record<string, (exchange: AdminExchange) => Promise<Reply>> }
);

const FIXED: ReadonlyMap<string, Route> = new Map([
  token('/v1/chat/completions', { POST: completions }),
  token('/v1/responses', { POST: responses }),
  token('/v1/models', { GET: listModels }),
  ['/v1/admin/models', { pattern: '/v1/admin/models', tag: '', access: 'admin', methods: collection }],
]);

/** The route of a path; `undefined` where there is none. */
export function routeOf(path: string): Route | undefined {
  const fixed = FIXED.get(path);
  if (fixed !== undefined) return fixed;
  const parts = path.split('/').slice(1);
  if (parts[0] !== 'v1') return undefined;
  if (parts[1] === 'admin') return parts[2] === 'models' ? adminRoute(parts.slice(3)) : undefined;
  const tag = decoded(parts[2]);
  if (tag === undefined) return undefined;
  if (parts[1] === 'models' && parts.length === 3) {
    return { pattern: '/v1/models/:tag', tag, access: 'token', methods: { GET: oneModel } };
  }
  if (parts[1] === 'agents' && parts[3] === 'run' && parts.length === 4) {
    return { pattern: '/v1/agents/:tag/run', tag, access: 'token', methods: { POST: runAgent } };
  }
  return undefined;
}

function adminRoute([name, action, ...more]: readonly string[]): Route | undefined {
  const tag = decoded(name);
  if (tag === undefined || more.length > 0) return undefined;
  const pattern = '/v1/admin/models/:tag';
  if (action === undefined) return { pattern, tag, access: 'admin', methods: record };
  const methods = Object.hasOwn(actions, action) ? actions[action] : undefined;
  return methods && { pattern: `${pattern}/${action}`, tag, access: 'admin', methods };
}

function token(pattern: string, methods: Extract<Route, { access: 'token' }>['methods']): [string, Route] {
  return [pattern, { pattern, tag: '', access: 'token', methods }];
}

function decoded(part: string | undefined): string | undefined {
  try {
    return part === undefined || part === '' ? undefined : decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
