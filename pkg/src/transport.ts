// One request and its response, for the core: what would take it a crossing for each field and header takes one for all.
// It decides nothing: which status is an error, what an answer may weigh, and when to stop are the core's to say.

/** Members of `fetch`'s second argument that Workers refuse by throwing where they do not know them. */
const OPTIONAL = [
  ['credentials', 'omit'],
  ['referrerPolicy', 'no-referrer'],
] as const;

let known: readonly (readonly [string, string])[] | undefined;

/** Those of them that this runtime's requests have. */
function members(): NonNullable<typeof known> {
  const { Request } = globalThis as { Request?: { prototype: object } };
  known ??= OPTIONAL.filter(([name]) => Request !== undefined && name in Request.prototype);
  return known;
}

interface Reader {
  read(): Promise<{ done?: boolean; value?: Uint8Array }>;
  cancel(): Promise<void>;
}

interface AnyResponse {
  status?: unknown;
  type?: unknown;
  redirected?: unknown;
  headers?: unknown;
  body?: { getReader?: () => Reader } | null;
}

/** A request on its way, and its response. */
export class Exchange {
  /** `fetch`'s second argument. */
  readonly init: Record<string, unknown>;
  readonly #controller = new AbortController();
  #reader: Reader | undefined;

  /** `headers` has a name and a value in turn, each ended by a line feed. */
  constructor(headers: string, body: Uint8Array) {
    this.init = { method: 'POST', headers: pairs(headers), body, redirect: 'manual', signal: this.#controller.signal };
    for (const [name, value] of members()) this.init[name] = value;
  }

  /** Takes the response in: its status and headers as lines, the status first. `undefined` for what is no response. */
  take(response: unknown): string | undefined {
    const { status, headers, body } = response as AnyResponse;
    if (typeof status !== 'number' || !(status >= 0 && status <= 999)) return undefined;
    if (body !== null && body !== undefined) {
      if (typeof body.getReader !== 'function') return undefined;
      this.#reader = body.getReader();
    }
    return `${isRedirected(response as AnyResponse) ? 0 : Math.trunc(status)}\n${lines(headers)}`;
  }

  /** What reads the body; `undefined` where there is none. */
  reader(): Reader | undefined {
    return this.#reader;
  }

  /** The next bytes of the body; `undefined` at its end. */
  async chunk(): Promise<Uint8Array | undefined> {
    if (this.#reader === undefined) return undefined;
    const { done, value } = await this.#reader.read();
    return done ? undefined : value;
  }

  /** All that is left of the body; of one with more than `limit` bytes, a little more than that. */
  async rest(limit: number): Promise<Uint8Array> {
    const first = await this.chunk();
    if (first === undefined) return new Uint8Array();
    const chunks = [first];
    let length = first.length;
    while (length <= limit) {
      const chunk = await this.chunk();
      if (chunk === undefined) break;
      chunks.push(chunk);
      length += chunk.length;
    }
    return chunks.length === 1 ? first : joined(chunks, length);
  }

  /** Ends the connection. */
  close(): void {
    this.#controller.abort();
    // A `fetch` of the caller's may ignore the signal; its stream still hears this.
    this.#reader?.cancel().catch(() => undefined);
  }
}

function pairs(text: string): Record<string, string> {
  const parts = text.split('\n');
  const headers: Record<string, string> = {};
  for (let at = 0; at + 1 < parts.length; at += 2) headers[parts[at] as string] = parts[at + 1] as string;
  return headers;
}

/** A runtime may hide a redirect, and a `fetch` may have followed one although it was told not to. */
function isRedirected({ type, redirected }: AnyResponse): boolean {
  return type === 'opaqueredirect' || redirected === true;
}

/** None at all where they are not pairs of texts. */
function lines(headers: unknown): string {
  let text = '';
  try {
    for (const [name, value] of headers as Iterable<[unknown, unknown]>) {
      if (typeof name !== 'string' || typeof value !== 'string') return '';
      // Only headers of a caller's own making can hold a line feed.
      if (!name.includes('\n') && !value.includes('\n')) text += `${name}\n${value}\n`;
    }
  } catch {
    return '';
  }
  return text;
}

function joined(chunks: Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
