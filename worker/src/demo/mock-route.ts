/**
 * `/mock/v1/*`: the mock provider behind this origin, so that the page needs no CORS. Forwards the call and
 * streams the answer; only the provider's own routes pass, not the mock's controls.
 */
import type { Fetch } from 'ductape-models';
import { Refusal } from './answers';
import { boundedText } from './guard';

/** Never dialled: {@link mockAware} hands this origin to the mock. */
const MOCK_ORIGIN = 'http://127.0.0.1';

const FORWARDED = ['accept', 'authorization', 'content-type', 'x-api-key', 'anthropic-version', 'x-goog-api-key'];

export async function serveMock(request: Request, mock: Fetcher): Promise<Response> {
  const url = new URL(request.url);
  const path = url.pathname.slice('/mock'.length);
  if (!path.startsWith('/v1/')) throw new Refusal(404, 'not_found', 'No mock provider answers here.');
  const headers = new Headers();
  for (const name of FORWARDED) {
    const value = request.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  const body = request.method === 'POST' ? await boundedText(request) : undefined;
  return mock.fetch(`http://mock${path}${url.search}`, {
    method: request.method,
    headers,
    body,
    redirect: 'manual',
    signal: request.signal,
  });
}

/**
 * A client's fetch by which the mock is reached under the addresses that the page stores, `<this origin>/mock/v1`, and under
 * {@link MOCK_ORIGIN}: a Worker cannot dial itself.
 */
export function mockAware(mock: Fetcher): Fetch {
  return (url, { signal, ...init }) => {
    const address = new URL(url);
    const isLoopback = address.protocol === 'http:' && LOOPBACK.has(address.hostname);
    const isMounted = isLoopback && address.pathname.startsWith('/mock/v1/');
    if (isMounted) address.pathname = address.pathname.slice('/mock'.length);
    const request = new Request(address, { ...init, signal: signal as AbortSignal });
    return isMounted || address.origin === MOCK_ORIGIN ? mock.fetch(request) : fetch(request);
  };
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);
