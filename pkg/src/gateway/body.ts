// A request's body as JSON, counted while it arrives and not waited for without end.

import { invalid } from '../errors.js';
import { Refusal } from './failures.js';
import { type Fields, object } from './fields.js';
import type { WebRequest } from './types.js';

/** Deeper than any message or schema: the client's own bound is near. */
const MAX_DEPTH = 128;

interface Chunks {
  getReader(): {
    read(): Promise<{ done: boolean; value?: Uint8Array }>;
    cancel(): Promise<void>;
  };
}

/** The body as an object. */
export async function readJson(request: WebRequest, maxBytes: number, maxMs: number): Promise<Fields> {
  const { headers } = request;
  const type = (headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') {
    throw new Refusal(415, 'invalid_input', 'the body must be application/json', 'content-type');
  }
  const encoding = headers.get('content-encoding');
  if (encoding !== null && encoding !== 'identity') {
    throw new Refusal(415, 'invalid_input', 'the body must not be compressed', 'content-encoding');
  }
  if (Number(headers.get('content-length') ?? 0) > maxBytes) throw tooLong(maxBytes);
  return parse(await inTime(request.body as Chunks | null, maxBytes, maxMs));
}

async function inTime(body: Chunks | null, maxBytes: number, maxMs: number): Promise<Uint8Array> {
  if (body === null) return new Uint8Array(0);
  const reader = body.getReader();
  let timer: unknown;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Refusal(408, 'timeout', 'the body took too long to arrive')), maxMs);
  });
  try {
    return await Promise.race([collect(reader, maxBytes), late]);
  } catch (error) {
    reader.cancel().catch(() => undefined);
    throw error instanceof Refusal ? error : new Refusal(400, 'bad_request', 'the body broke off');
  } finally {
    clearTimeout(timer);
  }
}

async function collect(reader: ReturnType<Chunks['getReader']>, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done || value === undefined) break;
    length += value.length;
    if (length > maxBytes) throw tooLong(maxBytes);
    chunks.push(value);
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : joined(chunks, length);
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const out = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
}

/** The parser's own message quotes the text, so it goes no further. */
function parse(bytes: Uint8Array): Fields {
  let value: unknown;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
    if (isTooDeep(bytes)) throw new Error('too deep');
    value = JSON.parse(text);
  } catch {
    throw invalid('body', `JSON in UTF-8, nested at most ${MAX_DEPTH} levels deep`);
  }
  return object(value, 'body');
}

/** Before parsing, since parsers of some engines recurse. */
function isTooDeep(bytes: Uint8Array): boolean {
  let depth = 0;
  let isText = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (isText) {
      if (byte === 0x5c) at += 1;
      else if (byte === 0x22) isText = false;
    } else if (byte === 0x22) isText = true;
    else if (byte === 0x5b || byte === 0x7b) {
      depth += 1;
      if (depth > MAX_DEPTH) return true;
    } else if (byte === 0x5d || byte === 0x7d) depth -= 1;
  }
  return false;
}

function tooLong(maxBytes: number): Refusal {
  return new Refusal(413, 'limit_exceeded', `the body is longer than ${maxBytes} bytes`, 'body');
}
