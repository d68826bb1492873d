// Where a store over HTTP is, and what is sent with every request: checked before anything leaves.

import { checkKey } from '../checks.js';
import { hasSafeSegments, invalid } from './wire.js';

/** The store's address without a slash at its end. */
export function baseOf(url: string, allowInsecure: boolean): string {
  const parsed = parse(url);
  if (parsed === undefined) throw invalid('url', 'an absolute address, or in a page a relative one');
  if (parsed.username !== '' || parsed.password !== '') throw invalid('url', 'no credentials; send them as a header');
  if (parsed.search !== '' || parsed.hash !== '') throw invalid('url', 'neither a query nor a fragment');
  const plain = parsed.protocol === 'http:' && (allowInsecure || isLoopback(parsed.hostname));
  if (parsed.protocol !== 'https:' && !plain) throw invalid('url', 'https, or http on loopback');
  return parsed.origin + parsed.pathname.replace(/\/+$/, '');
}

function parse(url: unknown): URL | undefined {
  const page = (globalThis as { location?: { href?: string } }).location?.href;
  try {
    return typeof url === 'string' && url !== '' ? new URL(url, page) : undefined;
  } catch {
    return undefined;
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || /^127(\.\d+){3}$/.test(host) || host === '[::1]';
}

const OWN_HEADERS: ReadonlySet<string> = new Set([
  'if-match',
  'if-none-match',
  'content-type',
  'content-length',
  'host',
]);

/** A copy of own data properties. What `fetch` would refuse is refused here, since its error prints the value. */
export function headersOf(given: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const headers: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(given)) {
    const lower = name.toLowerCase();
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(lower) || OWN_HEADERS.has(lower)) {
      throw invalid('headers', 'names that HTTP allows and this store does not set itself');
    }
    if (typeof value !== 'string' || !/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(value)) {
      throw invalid(`headers.${lower}`, 'printable ASCII without blanks at its ends');
    }
    headers[lower] = value;
  }
  return headers;
}

/** The path of a key. */
export function pathOf(key: string): string {
  checkKey(key);
  if (!hasSafeSegments(key)) throw invalid('key', 'segments that are not empty, "." or ".."');
  return `/${key.split('/').map(encodeURIComponent).join('/')}`;
}
