/**
 * The Worker: demo page, store, mock provider and the package's calls on one origin. Decides who answers; each
 * route decides how.
 */
import { durableObjectStorage } from 'ductape-models/storage/durable-object';
import { serveStorage } from 'ductape-models/storage/http';
import { failure, Refusal } from './answers';
import { serveAsset } from './assets';
import { admit, MAX_BODY_BYTES, withSecurityHeaders } from './guard';
import { serveMock } from './mock-route';
import type { ModelEnv } from './model-routes';
import { generate, stream } from './model-routes';

export { ModelStore } from './store';

interface Env extends ModelEnv {
  /** Host names this Worker answers for, comma-separated; none when empty. */
  ALLOWED_HOSTS: string;
  ASSETS: Fetcher;
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    try {
      admit(request, env.ALLOWED_HOSTS);
      return withSecurityHeaders(await route(request, env));
    } catch (error) {
      return withSecurityHeaders(failure(error));
    }
  },
};

function route(request: Request, env: Env): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (pathname.startsWith('/mock/')) return serveMock(request, env.MOCK);
  if (pathname === '/api/storage' || pathname.startsWith('/api/storage/')) {
    const storage = durableObjectStorage(env.STORE.getByName('page'));
    return serveStorage(storage, request, { prefix: '/api/storage', maxValueBytes: MAX_BODY_BYTES });
  }
  if (pathname.startsWith('/api/')) return callRoute(request, pathname, env);
  return serveAsset(request, env.ASSETS);
}

function callRoute(request: Request, pathname: string, env: Env): Promise<Response> {
  const call = { '/api/generate': generate, '/api/stream': stream }[pathname];
  if (call === undefined) throw new Refusal(404, 'not_found', 'There is no such call.');
  if (request.method !== 'POST') throw new Refusal(405, 'method_refused', 'Calls are made with POST.');
  return call(request, env);
}
