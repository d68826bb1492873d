/**
 * The demo page's files. Knows content types and which paths may be asked for; where the bytes lie is the ASSETS
 * binding's business (a directory under the local workerd, the assets of the deployment elsewhere).
 */
import { Refusal } from './answers';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  ico: 'image/x-icon',
  js: 'text/javascript; charset=utf-8',
  map: 'application/json',
  svg: 'image/svg+xml',
  wasm: 'application/wasm',
};

// One leading slash, then plain names: no dot files, no "..", no directory listings.
const ASSET_PATH = /^(?:\/[\w-]+)*\/[\w-]+(?:\.[\w-]+)*\.([a-z]+)$/;

export async function serveAsset(request: Request, assets: Fetcher): Promise<Response> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    throw new Refusal(405, 'method_refused', 'Files can only be read.');
  }
  const url = new URL(request.url);
  const path = url.pathname === '/' ? '/index.html' : url.pathname;
  const contentType = CONTENT_TYPES[ASSET_PATH.exec(path)?.[1] ?? ''];
  if (contentType === undefined) throw missing();
  const found = await assets.fetch(new URL(path, url), { method: request.method });
  if (found.status !== 200) throw missing();
  return new Response(found.body, { headers: { 'content-type': contentType, 'cache-control': 'no-cache' } });
}

function missing(): Refusal {
  return new Refusal(404, 'not_found', 'There is nothing at this address.');
}
