// The public types of a call: what is asked, what comes back, whole or in parts.

import type { ErrorCode, Json, ProviderId, ResolveOptions, Signal, Warning, WebStream } from './types.js';

/** A picture: its bytes, an address, or a `data:` address. */
export interface ImagePart {
  type: 'image';
  /** Bytes, an address as text or `URL`, or base64 in a `data:` address. */
  image: Uint8Array | string | { readonly href: string };
  /** For example `image/png`. Needed with bytes whose first ones do not tell. */
  mediaType?: string;
}

/** A document, for example a PDF: its bytes, an address, base64, or a `data:` address. */
export interface FilePart {
  type: 'file';
  data: Uint8Array | string | { readonly href: string };
  /** For example `application/pdf`. Needed unless a `data:` address tells. */
  mediaType?: string;
  /** Its name, for the model. */
  filename?: string;
}

/**
 * What a provider hands out with a piece of an answer and wants back with it: signatures, encrypted thoughts. Give the
 * piece back as it came; another provider passes over it.
 */
export type ProviderData = Record<string, Json>;

/** Text. */
export interface TextPart {
  type: 'text';
  text: string;
  /** In answers, and back to the provider. */
  providerData?: ProviderData;
}

/** What the model thought. */
export interface ReasoningPart {
  type: 'reasoning';
  text: string;
  /** In answers, and back to the provider. */
  providerData?: ProviderData;
}

/** A source that an answer names. */
export interface Source {
  id?: string;
  url?: string;
  title?: string;
  /** The words that are quoted from it. */
  text?: string;
  /** The provider's own object. */
  raw: unknown;
}

/** A source as a piece of an answer. Given back, it is passed over. */
export type SourcePart = { type: 'source' } & Source;

/** A piece of an answer. */
export type ContentPart = TextPart | ReasoningPart | SourcePart | ({ type: 'tool-call' } & ToolCall);

/** A tool that the model wants called. */
export interface ToolCall {
  /** The id that its result must name. */
  toolCallId: string;
  toolName: string;
  /** The arguments; the raw text where they are not JSON. */
  input: unknown;
  /** The arguments were cut off or are not JSON: never run this call. */
  incomplete?: boolean;
  /** In answers, and back to the provider. */
  providerData?: ProviderData;
}

/** What a tool answered. */
export interface ToolResult {
  type: 'tool-result';
  toolCallId: string;
  toolName: string;
  /** A text, or any JSON value. */
  output: Json;
  isError?: boolean;
}

/** A turn of the conversation. */
export type Message =
  | { role: 'system'; content: string }
  | { role: 'user'; content: string | readonly (TextPart | ImagePart | FilePart)[] }
  | { role: 'assistant'; content: string | readonly ContentPart[] }
  | { role: 'tool'; content: readonly ToolResult[] };

/** A function that the model may call. */
export interface Tool {
  /** Its name on the wire; without it the `tag` is. */
  name?: string;
  tag?: string;
  description?: string;
  /** JSON Schema of its arguments. Default: an object without fields. */
  parameters?: Record<string, unknown>;
}

/** Options of `generate` and `stream`: exactly one of `prompt` and `messages`. */
export interface CallOptions extends ResolveOptions {
  prompt?: string;
  messages?: readonly Message[];
  system?: string;
  tools?: readonly Tool[];
  toolChoice?: 'auto' | 'none' | 'required' | { tool: string };
  /** The JSON Schema that the answer must follow. */
  schema?: { name?: string; description?: string; schema: Record<string, unknown> } | Record<string, unknown>;
  /** Tags to try in this order where the model does not answer. They replace those of the model. */
  fallback?: readonly string[];
  /** Ends the call as `aborted`. */
  signal?: Signal;
  /** Milliseconds for each attempt (of a stream: until content, and for each gap), or a limit for each phase. */
  timeout?: number | { totalMs?: number; firstContentMs?: number; idleMs?: number };
}

/** Why the answer ended: one word for all providers, and the provider's own. */
export interface FinishReason {
  unified: 'stop' | 'length' | 'tool-calls' | 'content-filter' | 'error' | 'interrupted' | 'other';
  raw: string | null;
  /** What else there is to know, for example a refusal's category. */
  details?: Record<string, unknown>;
}

/** Tokens used. A count that was not reported is absent. */
export interface Usage {
  inputTokens?: number;
  outputTokens?: number;
  cachedInputTokens?: number;
  cacheWriteTokens?: number;
  reasoningTokens?: number;
  /** The counts are an estimate, because the answer was cut. */
  estimated?: boolean;
  /** The provider's own object. */
  raw?: unknown;
}

/** Facts about the response. */
export interface ResponseInfo {
  id?: string;
  model?: string;
  requestId?: string;
  headers: Record<string, string>;
}

/** One request and how it ended. */
export interface Attempt {
  /** The model's tag; absent for an inline model. */
  tag?: string;
  /** Absent where a stand-in could not be prepared, so that nothing was sent. */
  provider?: ProviderId;
  model?: string;
  status?: number;
  code?: ErrorCode;
  delayMs?: number;
}

/** What the provider said to the smallest call. */
export interface Verification {
  /** Whether the model answers. */
  ok: boolean;
  /**
   * What was found. `unknown_model`: the provider does not know it, or the address leads past its API. `unavailable`: it
   * cannot serve now. `rejected`: it refused a setting or an option. `misconfigured`: no call came about on this side.
   */
  status:
    | 'ok'
    | 'bad_key'
    | 'no_permission'
    | 'unknown_model'
    | 'quota_exhausted'
    | 'rate_limited'
    | 'unreachable'
    | 'unavailable'
    | 'rejected'
    | 'misconfigured';
  /** The error's code, where there is one. */
  code?: ErrorCode;
  message?: string;
  httpStatus?: number;
  served: { tag: string | null; provider: ProviderId; model: string; env: string };
  latencyMs: number;
}

/** A request that was built and not sent. */
export interface BuiltRequest {
  method: 'POST';
  url: string;
  /** By name in lower case; a secret is `[redacted]`. */
  headers: Record<string, string>;
  body: Json;
  warnings: Warning[];
  /** The request for a shell, its key in the variable `API_KEY`. */
  toCurl(): string;
}

/** A whole answer. */
export interface Completion {
  text: string;
  /** The parsed answer, where a schema was asked for. */
  object?: unknown;
  content: ContentPart[];
  toolCalls: ToolCall[];
  finishReason: FinishReason;
  usage: Usage | null;
  warnings: Warning[];
  response: ResponseInfo;
  /** Who answered. */
  served: { tag: string | null; provider: ProviderId; model: string; env: string };
  /** Every request that was sent. */
  attempts: Attempt[];
}

/** One part of a streamed answer. A stream that breaks throws, so `error` parts occur in event streams only. */
export type StreamPart =
  | { type: 'response-start'; response: ResponseInfo }
  | { type: 'text-delta'; text: string }
  | { type: 'text-end'; providerData?: ProviderData }
  | { type: 'reasoning-delta'; text: string }
  | { type: 'reasoning-end'; providerData?: ProviderData }
  | SourcePart
  | { type: 'tool-input-start'; toolCallId: string; toolName: string }
  | { type: 'tool-input-delta'; toolCallId: string; delta: string }
  | { type: 'tool-input-end'; toolCallId: string }
  | ({ type: 'tool-call' } & ToolCall)
  | { type: 'warning'; warning: Warning }
  | { type: 'finish'; finishReason: FinishReason; usage: Usage | null }
  | { type: 'error'; error: { code: ErrorCode; message: string; retryable: boolean } };

/**
 * The parts of one answer, to be read once: iterate it, or take `textStream`, `toReadableStream()` or `toSSE()`, or wait
 * for `result`, which reads whatever nobody else reads. Leaving a loop early closes the connection.
 */
export interface CompletionStream extends AsyncIterable<StreamPart> {
  /** The whole answer, once the stream has ended; it fails as the stream does. */
  readonly result: Promise<Completion>;
  /** The text alone. */
  readonly textStream: AsyncIterable<string>;
  /**
   * The object as far as it has come, for calls with a `schema`: an item for whatever arrived together, and none where it
   * shows nothing new. Texts grow; numbers, `true`, `false` and `null` appear when they are whole; lists and objects appear
   * empty. After a good answer the last item is `result`'s `object`; where the text is no JSON, the items stop at that place.
   *
   * All items are one value that grows, which takes no longer for a longer answer; whoever keeps what an item was copies it.
   * Iterating fails as the stream does, and with `invalid_input` without a `schema`.
   *
   * ```ts
   * const schema = { type: 'object', properties: { title: { type: 'string' }, steps: { type: 'array' } } };
   * const { partialObjectStream } = ductape.stream({ model: 'support', prompt: 'How do I return it?', schema });
   * for await (const recipe of partialObjectStream) console.log(structuredClone(recipe));
   * ```
   */
  readonly partialObjectStream: AsyncIterable<unknown>;
  /** Ends the stream as `aborted` and closes the connection. */
  abort(): void;
  /** The parts as a `ReadableStream` of objects. Cancelling it closes the connection. */
  toReadableStream(): WebStream;
  /** The parts as a `ReadableStream` of server-sent events in UTF-8, an `error` event last where the stream fails. */
  toSSE(): WebStream;
}
