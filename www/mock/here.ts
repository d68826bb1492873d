/**
 * The mock provider where no server brings one: a static page answers calls to its own mock address itself, with the
 * fixtures that the server's mock has. Every other request goes to the network.
 */
import type { FetchInit } from 'ductape-models';
import { MOCK_URL } from '../state/site';
import { fixtureFor, type MockRequest } from './fixtures';
import { responseOf } from './respond';

let serverHasMock: Promise<boolean> | undefined;

/** A client's `fetch`. */
export async function hereFetch(url: string, init: FetchInit): Promise<Response> {
  if (!url.startsWith(`${MOCK_URL}/`)) return fetch(url, init as RequestInit);
  serverHasMock ??= fetch(`${MOCK_URL}/models`).then(
    ({ ok }) => ok,
    () => false,
  );
  if (await serverHasMock) return fetch(url, init as RequestInit);
  const request = JSON.parse(new TextDecoder().decode(init.body)) as MockRequest;
  return responseOf(fixtureFor(request), request, init.signal as AbortSignal);
}
