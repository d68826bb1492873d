/** The request that a call would send, its key left out, and the same for a shell. */
import type { BuiltRequest } from 'ductape-models';
import { byId, say } from '../ui/dom';

export function mountRequest(): (request: BuiltRequest | null) => void {
  const status = byId('request-status', HTMLElement);
  const curl = byId('request-curl', HTMLElement);
  byId('curl-copy', HTMLButtonElement).addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(curl.textContent ?? '');
      say(status, 'Copied. The shell reads the key from API_KEY.', 'good');
    } catch {
      say(status, 'The browser did not allow copying.', 'bad');
    }
  });
  return (request) => {
    say(status, '');
    byId('request', HTMLElement).hidden = request === null;
    if (request === null) return;
    const { method, url, headers, body } = request;
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    byId('request-text', HTMLElement).textContent =
      `${method} ${url}\n${lines.join('\n')}\n\n${JSON.stringify(body, null, 2)}`;
    curl.textContent = request.toCurl();
  };
}
