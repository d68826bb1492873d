// The AI SDK's language model specification as far as this bridge goes, declared here so that a program without the SDK
// compiles. Two versions of it stand side by side: they differ in what they are given (a file's data) and in one word of
// what they return, so one set of types serves both. The tests hold these types against the SDK's own.

import type { BuiltRequest, CallOptions, Completion, CompletionStream } from '../call-types.js';
import type { Json, ResolveOptions, ResolveView, Signal, WebStream } from '../types.js';

/** The specification that a model object follows: `v4` is AI SDK 7, `v3` is AI SDK 6. */
export type AiSpecification = 'v3' | 'v4';

/** What a bridge needs of a client. Every `Ductape` has it, of whatever copy of the package. */
export interface AiClient {
  generate(options: CallOptions): Promise<Completion>;
  stream(options: CallOptions): CompletionStream;
  resolve(options: ResolveOptions): Promise<ResolveView>;
  buildRequest(options: CallOptions & { stream?: boolean }): Promise<BuiltRequest>;
}

/** How a provider's models are called. */
export interface AiProviderOptions<V extends AiSpecification = AiSpecification> {
  /** The product of every call. Default: the client's own. */
  product?: string;
  /** The environment of every call. Default: the client's own. */
  env?: string;
  /** The specification that the models follow. Default `v4`, for AI SDK 7; `v3` is for AI SDK 6. */
  specification?: V;
  /**
   * Put the request that was built, without its key, into each result's `request`. It costs one more look at the store
   * and encodes the prompt twice. Default false.
   */
  requestBody?: boolean;
}

/** What `providerOptions.ductape` of an SDK call may hold. */
export interface AiCallSettings {
  /** The environment of this call. */
  env?: string;
  /** Tags to try in this order where the model does not answer. They replace those of the model. */
  fallback?: readonly string[];
  /** Milliseconds for each attempt, or a limit for each phase. */
  timeout?: CallOptions['timeout'];
  /** Fields of the request body, under the vendor's own names. They win over what the bridge makes of SDK settings. */
  providerOptions?: Record<string, Json>;
}

/** Any value that JSON can carry, as the SDK writes it. */
export type AiJson = null | string | number | boolean | AiJson[] | AiJsonObject;

/** An object of such values. */
export type AiJsonObject = { [key: string]: AiJson | undefined };

/** What the SDK carries for a provider without looking at it; this bridge's is under `ductape`. */
export type AiMetadata = Record<string, AiJsonObject>;

/** The same on its way in. */
export interface AiHints {
  readonly providerOptions?: { readonly [provider: string]: { readonly [field: string]: unknown } };
}

/** A file: bytes, base64 or an address, bare as in `v3` or tagged as in `v4`. */
export type AiFileData =
  | Uint8Array
  | string
  | { readonly href: string }
  | { readonly type: 'data'; readonly data: Uint8Array | string }
  | { readonly type: 'url'; readonly url: { readonly href: string } }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'reference'; readonly reference: object };

/** Text in a prompt. */
export interface AiTextPart extends AiHints {
  readonly type: 'text';
  readonly text: string;
}

/** A picture or a document in a prompt. */
export interface AiFilePart extends AiHints {
  readonly type: 'file';
  readonly data: AiFileData;
  readonly mediaType: string;
  readonly filename?: string;
}

/** An earlier thought in a prompt. */
export interface AiReasoningPart extends AiHints {
  readonly type: 'reasoning';
  readonly text: string;
}

/** An earlier tool call in a prompt. */
export interface AiToolCallPart extends AiHints {
  readonly type: 'tool-call';
  readonly toolCallId: string;
  readonly toolName: string;
  readonly input: unknown;
  readonly providerExecuted?: boolean;
}

/** What a tool answered, in the SDK's forms. */
export type AiToolOutput =
  | { readonly type: 'text' | 'error-text'; readonly value: string }
  | { readonly type: 'json' | 'error-json'; readonly value: unknown }
  | { readonly type: 'execution-denied'; readonly reason?: string }
  | { readonly type: 'content'; readonly value: readonly AiOutputPart[] };

/** A piece of a tool's answer; of those that are no text only the kind is told on. */
export interface AiOutputPart {
  readonly type: string;
  readonly text?: string;
  readonly mediaType?: string;
}

/** A tool's answer in a prompt. */
export interface AiToolResultPart extends AiHints {
  readonly type: 'tool-result';
  readonly toolCallId: string;
  readonly toolName: string;
  readonly output: AiToolOutput;
}

/** What no wire of ours carries. It is left out, with a warning. */
export interface AiForeignPart extends AiHints {
  readonly type: 'custom' | 'reasoning-file' | 'tool-approval-response';
}

/** A turn of the conversation. */
export type AiMessage =
  | { readonly role: 'system'; readonly content: string }
  | { readonly role: 'user'; readonly content: readonly (AiTextPart | AiFilePart)[] }
  | { readonly role: 'assistant'; readonly content: readonly AiAssistantPart[] }
  | { readonly role: 'tool'; readonly content: readonly (AiToolResultPart | AiForeignPart)[] };

/** A piece of an assistant's turn. */
export type AiAssistantPart =
  | AiTextPart
  | AiFilePart
  | AiReasoningPart
  | AiToolCallPart
  | AiToolResultPart
  | AiForeignPart;

/** A tool: a function of the caller's, or one that some vendor runs itself. */
export type AiTool =
  | {
      readonly type: 'function';
      readonly name: string;
      readonly description?: string;
      readonly inputSchema: object;
      readonly inputExamples?: readonly object[];
      readonly strict?: boolean;
    }
  | { readonly type: 'provider'; readonly id: string; readonly name: string };

/** What the SDK asks of a model. */
export interface AiCallOptions extends AiHints {
  readonly prompt: readonly AiMessage[];
  readonly maxOutputTokens?: number;
  readonly temperature?: number;
  readonly stopSequences?: readonly string[];
  readonly topP?: number;
  readonly topK?: number;
  readonly presencePenalty?: number;
  readonly frequencyPenalty?: number;
  readonly seed?: number;
  readonly reasoning?: 'provider-default' | 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max';
  readonly responseFormat?:
    | { readonly type: 'text' }
    | { readonly type: 'json'; readonly schema?: unknown; readonly name?: string; readonly description?: string };
  readonly tools?: readonly AiTool[];
  readonly toolChoice?:
    | { readonly type: 'auto' | 'none' | 'required' }
    | { readonly type: 'tool'; readonly toolName: string };
  readonly includeRawChunks?: boolean;
  readonly abortSignal?: Signal;
  readonly headers?: { readonly [name: string]: string | undefined };
}

/** What was not taken as given. */
export type AiWarning =
  | { type: 'unsupported' | 'compatibility'; feature: string; details?: string }
  | { type: 'other'; message: string };

/** Why an answer ended: the SDK's word and the vendor's. `interrupted` is `other` under `v3`. */
export interface AiFinishReason<V extends AiSpecification = AiSpecification> {
  unified:
    | 'stop'
    | 'length'
    | 'content-filter'
    | 'tool-calls'
    | 'error'
    | 'other'
    | (V extends 'v4' ? 'interrupted' : never);
  raw: string | undefined;
}

/** Tokens used. A count that was not reported is `undefined`. */
export interface AiUsage {
  inputTokens: {
    total: number | undefined;
    noCache: number | undefined;
    cacheRead: number | undefined;
    cacheWrite: number | undefined;
  };
  outputTokens: { total: number | undefined; text: number | undefined; reasoning: number | undefined };
  raw?: AiJsonObject;
}

/** A source that an answer names. */
export type AiSource = { type: 'source'; id: string; providerMetadata?: AiMetadata } & (
  | { sourceType: 'url'; url: string; title?: string }
  | { sourceType: 'document'; mediaType: string; title: string }
);

/** A tool that the model wants called; `input` is JSON text. */
export interface AiToolCall {
  type: 'tool-call';
  toolCallId: string;
  toolName: string;
  input: string;
  providerMetadata?: AiMetadata;
}

/** A piece of an answer. */
export type AiContent =
  | { type: 'text' | 'reasoning'; text: string; providerMetadata?: AiMetadata }
  | AiSource
  | AiToolCall;

/** Facts about a response. */
export interface AiResponseMetadata {
  id?: string;
  modelId?: string;
  timestamp?: Date;
}

/** A request without its key. */
export interface AiRequest {
  url?: string;
  body?: unknown;
}

/** A whole answer. */
export interface AiGenerateResult<V extends AiSpecification = AiSpecification> {
  content: AiContent[];
  finishReason: AiFinishReason<V>;
  usage: AiUsage;
  providerMetadata: AiMetadata;
  warnings: AiWarning[];
  request?: AiRequest;
  response: AiResponseMetadata & { headers: Record<string, string> };
}

/** One part of a streamed answer. */
export type AiStreamPart<V extends AiSpecification = AiSpecification> =
  | { type: 'stream-start'; warnings: AiWarning[] }
  | ({ type: 'response-metadata' } & AiResponseMetadata)
  | AiStreamedContent
  | { type: 'finish'; finishReason: AiFinishReason<V>; usage: AiUsage; providerMetadata: AiMetadata }
  | { type: 'raw'; rawValue: unknown }
  | { type: 'error'; error: unknown };

/** A part that carries a piece of the answer. */
export type AiStreamedContent =
  | { type: 'text-start' | 'reasoning-start'; id: string }
  | { type: 'text-delta' | 'reasoning-delta'; id: string; delta: string }
  | { type: 'text-end' | 'reasoning-end'; id: string; providerMetadata?: AiMetadata }
  | { type: 'tool-input-start'; id: string; toolName: string }
  | { type: 'tool-input-delta'; id: string; delta: string }
  | { type: 'tool-input-end'; id: string }
  | AiToolCall
  | AiSource;

/** A streamed answer: a `ReadableStream` of {@link AiStreamPart}. */
export interface AiStreamResult {
  stream: WebStream;
  request?: AiRequest;
  response: { headers: Record<string, string> };
}

/** A language model object for the AI SDK. Applications give it to the SDK and call nothing on it themselves. */
export interface AiLanguageModel<V extends AiSpecification = 'v4'> {
  readonly specificationVersion: V;
  /** Always `ductape`: the name under which `providerOptions` and `providerMetadata` are kept. */
  readonly provider: string;
  /** The model's tag. */
  readonly modelId: string;
  /** Addresses that go to the vendor as they are; the SDK fetches any other itself and sends the bytes. */
  readonly supportedUrls: Record<string, RegExp[]>;
  doGenerate(options: AiCallOptions): Promise<AiGenerateResult<V>>;
  doStream(options: AiCallOptions): Promise<AiStreamResult>;
}

/** A provider for the AI SDK. Call it with a tag, or put it into a registry. */
export interface AiProvider<V extends AiSpecification = 'v4'> {
  /** The model of a tag. Nothing is looked up before the first call. */
  (tag: string): AiLanguageModel<V>;
  readonly specificationVersion: V;
  /** The model of a tag. Nothing is looked up before the first call. */
  languageModel(tag: string): AiLanguageModel<V>;
  /** @throws the SDK's `NoSuchModelError`: this library has language models only. */
  embeddingModel(id: string): never;
  /** @throws the SDK's `NoSuchModelError`. */
  textEmbeddingModel(id: string): never;
  /** @throws the SDK's `NoSuchModelError`. */
  imageModel(id: string): never;
  /** @throws the SDK's `NoSuchModelError`. */
  transcriptionModel(id: string): never;
  /** @throws the SDK's `NoSuchModelError`. */
  speechModel(id: string): never;
  /** @throws the SDK's `NoSuchModelError`. */
  rerankingModel(id: string): never;
}
