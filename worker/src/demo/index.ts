/**
 * The Worker of `npm start`: the gateway, and around it the demo page, its store, a mock provider and tokens for the asking,
 * all on one loopback origin. Never deployed. Decides who answers; each route decides how.
 */
import { durableObjectStorage } from 'ductape-models/storage/durable-object';
import { serveStorage } from 'ductape-models/storage/http';
import { TOOLS } from '../../mock/tools';
import { askAdmin, isForAdmin } from '../admin';
import { gatewayOf } from '../gateway';
import { storageOf } from '../storage';
import { failure, json, Refusal } from './answers';
import { serveAsset } from './assets';
import type { DemoEnv } from './env';
import { admit, MAX_BODY_BYTES, withSecurityHeaders } from './guard';
import { mockAware, serveMock } from './mock-route';
import { serveToken } from './token-route';

export { ModelStore } from '../store';

const gateway = gatewayOf<DemoEnv>({ storageOf, fetchOf: (env) => mockAware(env.MOCK), tools: TOOLS });

export default {
  async fetch(request: Request, env: DemoEnv, ctx: ExecutionContext): Promise<Response> {
    try {
      admit(request, env.ALLOWED_HOSTS);
      return withSecurityHeaders(await route(request, env, ctx));
    } catch (error) {
      return withSecurityHeaders(failure(error));
    }
  },
};

async function route(request: Request, env: DemoEnv, ctx: ExecutionContext): Promise<Response> {
  if (await isForAdmin(request, env)) return askAdmin(request, env);
  const { pathname } = new URL(request.url);
  if (pathname.startsWith('/v1/')) return gateway(request, env, ctx);
  if (pathname.startsWith('/mock/')) return serveMock(request, env.MOCK);
  if (pathname === '/api/storage' || pathname.startsWith('/api/storage/')) {
    const storage = durableObjectStorage(env.STORE.getByName(env.STORE_NAME));
    return serveStorage(storage, request, { prefix: '/api/storage', maxValueBytes: MAX_BODY_BYTES });
  }
  if (pathname === '/api/public-key' && request.method === 'GET') return json({ publicKey: env.PUBLIC_KEY || null });
  if (pathname.startsWith('/api/')) return callRoute(request, pathname, env);
  return serveAsset(request, env.ASSETS);
}

function callRoute(request: Request, pathname: string, env: DemoEnv): Promise<Response> {
  if (pathname !== '/api/token') throw new Refusal(404, 'not_found', 'There is no such call.');
  if (request.method !== 'POST') throw new Refusal(405, 'method_refused', 'Calls are made with POST.');
  return serveToken(request, env);
}
