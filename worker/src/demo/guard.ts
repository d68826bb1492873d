/**
 * What every request must pass before a route sees it: the host is one we serve, a write comes from our own page,
 * a body is small. Also the headers every answer carries. Knows no routes.
 */
import { Refusal } from './answers';

/** Most bytes of a request body. */
export const MAX_BODY_BYTES = 1024 * 1024;

const READS = new Set(['GET', 'HEAD']);

const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; " +
    // The page's own list (www/policy.mjs): it calls a provider only after the person agreed.
    "connect-src 'self' https://api.anthropic.com https://api.openai.com " +
    'https://generativelanguage.googleapis.com https://api.cohere.com; ' +
    "img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/**
 * Refuses what another site could have sent. The host is checked because a name that an attacker owns can be made
 * to resolve to loopback (DNS rebinding); then the Origin check alone would compare that name with itself.
 */
export function admit(request: Request, allowedHosts: string): void {
  const url = new URL(request.url);
  if (!allowedHosts.split(',').includes(url.hostname)) {
    throw new Refusal(421, 'host_refused', 'This server does not answer for that host name.');
  }
  if (READS.has(request.method)) return;
  const origin = request.headers.get('origin');
  const site = request.headers.get('sec-fetch-site');
  // Browsers name the origin of every write; what sends neither header is no browser and rides on nobody's session.
  const ours = origin === null ? site === null || site === 'same-origin' : origin === url.origin;
  if (!ours) throw new Refusal(403, 'origin_refused', 'Writes are accepted from this page only.');
}

/** Reads a body of at most {@link MAX_BODY_BYTES}; counts instead of trusting Content-Length, which may be absent. */
export async function boundedText(request: Request): Promise<string> {
  if (request.body === null) return '';
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let text = '';
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.byteLength;
    if (size > MAX_BODY_BYTES) throw new Refusal(413, 'body_too_large', 'The body is larger than 1 MiB.');
    text += decodeChunk(decoder, chunk, true);
  }
  return text + decodeChunk(decoder, undefined, false);
}

/** The body as a JSON object. */
export async function boundedObject(request: Request): Promise<Record<string, unknown>> {
  const text = await boundedText(request);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, which may hold a prompt.
    throw new Refusal(400, 'invalid_input', 'The body is not JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Refusal(400, 'invalid_input', 'The body is not a JSON object.');
  }
  return value as Record<string, unknown>;
}

export function withSecurityHeaders(answer: Response): Response {
  const secured = new Response(answer.body, answer);
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) secured.headers.set(name, value);
  return secured;
}

function decodeChunk(decoder: TextDecoder, chunk: Uint8Array | undefined, stream: boolean): string {
  try {
    return decoder.decode(chunk, { stream });
  } catch {
    throw new Refusal(400, 'invalid_input', 'The body is not UTF-8.');
  }
}
