/**
 * `/mock/v1/*`: the mock provider behind this origin, so that the page needs no CORS. Forwards the call and
 * streams the answer; only the provider's own routes pass, not the mock's controls.
 */
import { Refusal } from './answers';
import { boundedText } from './guard';

const FORWARDED = ['accept', 'authorization', 'content-type', 'x-api-key', 'anthropic-version', 'x-goog-api-key'];

export async function serveMock(request: Request, mock: Fetcher | undefined): Promise<Response> {
  const url = new URL(request.url);
  const path = url.pathname.slice('/mock'.length);
  if (mock === undefined || !path.startsWith('/v1/'))
    throw new Refusal(404, 'not_found', 'No mock provider answers here.');
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
