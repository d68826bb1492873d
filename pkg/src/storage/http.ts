/**
 * A store over HTTP: the client, and the server half that puts any store behind a URL. Knows HTTP's conditions, not what a
 * record holds.
 *
 * The protocol, for servers in other languages. A key's path is its segments, percent-encoded, after the store's URL.
 * - `GET <url>/<key>`: 200 with the value as UTF-8 and a strong `ETag`, or 404.
 * - `PUT <url>/<key>`, `DELETE <url>/<key>`: 204, for PUT with the new `ETag`. `If-Match: "<etag>"` and `If-None-Match: *`
 *   are honoured atomically: 412 where they do not hold. Deleting what is not there: 404.
 * - `GET <url>?prefix=&cursor=&limit=`: 200 with `{"keys": [...], "cursor": "..." | null}`.
 * - Failures: `{"error": {"code", "message"}}`. A 404 is believed only with the code `record_not_found`, since a wrong address
 *   answers 404 too. 413 for what is too large; 429 or 503 with `Retry-After` where the call may be repeated.
 */

export * from './http/client.js';
export * from './http/server.js';
export type { Chunks } from './http/wire.js';
