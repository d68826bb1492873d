// The public types of configuration: models, environments, settings, and what they resolve to. They name nothing that a
// browser, Node or Workers would have to declare.

import type { Storage, StorageCallback } from './storage/types.js';

/** A global class's instance type where the program declares that class, else `Fallback`. */
type InstanceOf<Name extends string, Fallback> = typeof globalThis extends {
  [K in Name]: { prototype: infer Instance };
}
  ? Instance
  : Fallback;

/** The platform's `AbortSignal`. */
export type Signal = InstanceOf<
  'AbortSignal',
  {
    readonly aborted: boolean;
    addEventListener(type: 'abort', listener: () => void): void;
    removeEventListener(type: 'abort', listener: () => void): void;
  }
>;

/** The platform's `ReadableStream`. */
export type WebStream = InstanceOf<'ReadableStream', object>;

/** The vendor whose wire a model speaks. */
export type ProviderId = 'anthropic' | 'cohere' | 'custom' | 'google' | 'openai';

/** Which of a provider's wires to speak: `openai` has `chat` and `responses`, `custom` all three. */
export type Api = 'chat' | 'messages' | 'responses';

/** Every code that an error can have. */
export type ErrorCode =
  | 'aborted'
  | 'agent_env_inactive'
  | 'agent_not_found'
  | 'already_exists'
  | 'auth_failed'
  | 'bad_request'
  | 'bad_response'
  | 'browser_refused'
  | 'conflict'
  | 'content_filtered'
  | 'context_length'
  | 'entropy_unavailable'
  | 'env_inactive'
  | 'env_not_found'
  | 'env_required'
  | 'insecure_base_url'
  | 'internal'
  | 'invalid_api_key'
  | 'invalid_input'
  | 'invalid_override'
  | 'key_reentry_required'
  | 'limit_exceeded'
  | 'malformed_envelope'
  | 'missing_api_key'
  | 'model_not_found'
  | 'model_retired'
  | 'network'
  | 'not_found'
  | 'origin_not_allowed'
  | 'overloaded'
  | 'permission_denied'
  | 'quota_exceeded'
  | 'rate_limited'
  | 'record_corrupt'
  | 'record_too_new'
  | 'redirect_refused'
  | 'retired_key'
  | 'storage_contract'
  | 'storage_error'
  | 'tampered'
  | 'timeout'
  | 'tool_handler_missing'
  | 'unknown_key'
  | 'unsupported_parameter'
  | 'unsupported_version'
  | 'wasm_blocked'
  | 'wasm_unavailable';

/** Any value that JSON can carry. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

/** The platform's `CryptoKey`. */
export type WebCryptoKey = InstanceOf<'CryptoKey', { readonly type: string; readonly extractable: boolean }>;

/**
 * A product key: the `lmk1.` text of {@link Ductape.generateKey}, 64 hex digits, base64 of 32 bytes, 32 bytes, or a
 * `CryptoKey` of 256 bits for HMAC with SHA-512 that cannot be extracted and may sign. Of such a key this library sees
 * what it signs and never its bytes; it has the same id as the same key in any other form.
 */
export type ProductKey = string | Uint8Array | WebCryptoKey;

/** The public half of a sealing key, from `ductape-models/sealing`: seals, opens nothing. */
export interface SealingPublicKey {
  /** The 32 public bytes; a copy each time. */
  readonly publicKey: Uint8Array;
  /**
   * A fresh secret, and what the private half needs to get it back.
   *
   * @param info What the secret is bound to: only the same bytes give it back.
   * @returns `enc`, 32 bytes to store; `secret`, 32 bytes to use once and forget.
   * @throws DuctapeError `invalid_input` where the checksum of the key does not fit, or `info` is no `Uint8Array`;
   * `tampered` for a public key that no private key has; `unsupported_version` where the runtime has no X25519;
   * `entropy_unavailable` where it has no randomness.
   */
  encapsulate(info: Uint8Array): Promise<{ enc: Uint8Array; secret: Uint8Array }>;
}

/** The private half of a sealing key, from `ductape-models/sealing`: opens what was sealed to its public half. */
export interface SealingPrivateKey {
  /** The 32 bytes of the public half; a copy each time. */
  readonly publicKey: Uint8Array;
  /**
   * The secret behind `enc`. Another key, other bytes of `info` or a changed `enc` give another secret, not an error:
   * what is sealed with the secret must notice.
   *
   * @param enc The 32 bytes that `encapsulate` returned.
   * @param info The same bytes that `encapsulate` was given.
   * @throws DuctapeError `tampered` where `enc` is a point that gives everybody the same secret; `invalid_input` where
   * the checksum or the public half of the key does not fit, or an argument is no `Uint8Array`, or `enc` has another
   * length; `unsupported_version` where the runtime has no X25519.
   */
  decapsulate(enc: Uint8Array, info: Uint8Array): Promise<Uint8Array>;
}

/** One key that seals, and others that only open. */
export interface Keyring {
  /** Seals and opens. */
  primary: ProductKey;
  /** Open only. */
  others?: readonly ProductKey[];
  /** Open what clients with a public key stored. */
  sealing?: readonly SealingPrivateKey[];
  /** Ids of keys that must never open anything again, even where they are given. */
  retired?: readonly string[];
}

/** What `fetch` is called with. */
export interface FetchInit {
  method: string;
  headers: Record<string, string>;
  body: Uint8Array<ArrayBuffer>;
  redirect: 'manual';
  signal: Signal;
  credentials?: 'omit';
  referrerPolicy?: 'no-referrer';
}

/** A `fetch` of the caller's: a service binding, a proxy, a test. It must not follow redirects. */
export type Fetch = (url: string, init: FetchInit) => Promise<{ readonly status: number }>;

/** What a key reference is looked up with. */
export interface KeyContext {
  product: string;
  tag: string;
  env: string;
  provider: ProviderId;
}

/** How failed attempts are repeated. */
export interface RetryOptions {
  /** Attempts after the first, 0 to 10. Default 2. */
  maxRetries?: number;
}

/** What a model takes. An absent fact is the catalog's to say. */
export interface Capabilities {
  /** Takes `temperature` and `topP`. */
  sampling?: boolean;
  /** Takes `stopSequences`. */
  stopSequences?: boolean;
  /** The most tokens that it answers with. */
  maxOutputTokens?: number;
  /** Takes a JSON schema for its answer. */
  schema?: boolean;
  /** Takes a schema together with tools. */
  schemaWithTools?: boolean;
  /** Can be made to call a tool. */
  forcedTools?: boolean;
  /** Goes on with an answer that the conversation ends in. */
  prefill?: boolean;
  /** Takes system messages within the conversation. */
  systemMessages?: boolean;
  /** One of OpenAI's reasoning models. */
  reasoning?: boolean;
}

/** Facts about a provider's models by id; in it `*` stands for any text and `#` for one digit. */
export interface CatalogEntry {
  provider: ProviderId;
  model: string;
  capabilities: Capabilities;
}

/** A key for an environment that exists. */
export interface KeyInput {
  /** The environment. */
  slug: string;
  /** The provider's key. It is sealed before it is stored. */
  apiKey?: string;
  /** A name for the client's `keyResolver`, in place of `apiKey`. */
  keyRef?: string;
}

/** The settings that a model had up to some revision. */
export interface Revision {
  /** The revision that brought these settings; writes that only touch keys have numbers of their own. */
  rev: number;
  /** When it was written, in milliseconds since 1970. */
  updatedAt: number;
  /** Who wrote it: the `user_id` of that client. */
  updatedBy?: string;
  /** What is different from the revision before it, such as `temperature` or `envs.dev`; empty for the oldest. */
  changed: string[];
  /** The settings as fields of a model, its environments without keys. */
  settings: { [name: string]: Json | undefined };
}

/** How `keys.rekey` goes about it. */
export interface RekeyOptions {
  /** One product. Default: everything in the store. */
  product?: string;
  /** Where an earlier run stopped. */
  cursor?: string;
  /** The most records to look at, where time is short. Default: all. */
  limit?: number;
  /** Called after every hundred records, with everything so far. */
  onProgress?: (soFar: Rekeyed) => void;
  /** Gives up between two hundreds of records, with `aborted`. */
  signal?: Signal;
}

/** What `keys.rekey` did. */
export interface Rekeyed {
  /** The id of the key that seals now. */
  keyId: string;
  /** Records looked at. */
  scanned: number;
  /** Records written anew. */
  rewrapped: number;
  /** Records that needed nothing. */
  already: number;
  /** Writes that somebody else's came before; each was tried again. */
  conflicts: number;
  /** Models (by `tag`), single environments of them, and agents (by `agent`) that could not be moved, with the code of the error. They are as they were. */
  failed: { product?: string; tag?: string; agent?: string; env?: string; code: ErrorCode }[];
  /** Where to go on; absent at the end. */
  cursor?: string;
  /** The end was reached and nothing failed. */
  complete: boolean;
}

/** What `keys.doctor` found. */
export interface Diagnosis {
  /** Records looked at. */
  scanned: number;
  /** The keys of this client, and those beyond them that records need. */
  keys: { keyId: string; role: 'primary' | 'other' | 'sealing' | 'retired' | 'unknown'; records: number }[];
  /** The ids of the keys that each model (`tag`) or agent (`agent`) needs; none where it cannot be read. */
  records: { product?: string; tag?: string; agent?: string; keyIds: string[] }[];
  /** What is wrong with a record, or one environment of it: the code of the error that using it gives. */
  problems: { product?: string; tag?: string; agent?: string; env?: string; code: ErrorCode }[];
  /** Nothing is wrong. */
  healthy: boolean;
}

/** Options of the constructor. */
export interface DuctapeOptions {
  /** The product of calls that name none. */
  product?: string;
  /** The environment of calls that name none. */
  env?: string;
  /**
   * The product key, or a ring of them. Required with `storage`. Without both, this instance makes a key of its own and
   * keeps its models in memory, so both are gone with it.
   */
  privateKey?: ProductKey | Keyring;
  /**
   * In place of `privateKey`: a client that stores models and keys and can open none, such as an admin page or a CI job.
   * Needs `storage`. Its calls to providers fail with `unknown_key`.
   */
  publicKey?: SealingPublicKey;
  /** Where models are stored. Default: this instance's memory. */
  storage?: Storage | StorageCallback;
  /** Looks up the keys of environments that carry `keyRef` instead of `apiKey`. */
  keyResolver?: (reference: string, context: KeyContext) => string | Promise<string>;
  /** Used in place of the runtime's own `fetch`. */
  fetch?: Fetch;
  /** The environments of each product; other slugs are refused there. A product not named here may use any slug. */
  products?: Record<string, { envs: readonly string[] }>;
  /** What to do with a setting that a model does not take. Default `warn`: drop or clamp it, and say so. */
  onUnsupported?: 'warn' | 'error' | 'send';
  /** The caller's own facts about models, over the built-in ones; a later entry wins over an earlier one. */
  catalog?: readonly CatalogEntry[];
  /** How failed attempts are repeated. */
  retry?: RetryOptions;
  /** The only origins that base URLs may have. Default: any. */
  allowedOrigins?: readonly string[];
  /** The longest that one storage call may take, in milliseconds. Default 10000. */
  storageTimeoutMs?: number;
  /** Call providers from a web page all the same, where every script can read the keys that the page uses. */
  dangerouslyAllowBrowser?: boolean;
  /** Who this client works for: named as the writer of the revisions that it makes. At most 256 characters. */
  user_id?: string;
  /** Accepted so that existing code runs; unused. */
  workspace_id?: string;
  /** Accepted so that existing code runs; unused. */
  accessKey?: string;
}

/** The five settings that can be overridden. `null` says "do not send". */
export interface ModelConfig {
  /** Sampling temperature, 0 to 2. Default 0.7. */
  temperature?: number | null;
  /** Most tokens in the answer, at least 1. */
  maxTokens?: number | null;
  /** Nucleus sampling, 0 to 1. */
  topP?: number | null;
  /** Texts that end the answer. They replace those of lower levels. */
  stopSequences?: readonly string[] | null;
  /** Time limit of a request in milliseconds. */
  timeout?: number | null;
}

/** One environment of a model. */
export interface EnvInput extends ModelConfig {
  /** Its id. */
  slug: string;
  /** The provider's key. It is sealed before it is stored. */
  apiKey?: string | null;
  /** A name for the client's `keyResolver`, in place of `apiKey`. */
  keyRef?: string | null;
  /** The server, where it is not the provider's own. */
  baseUrl?: string | null;
  /** Plain http for a host that is not loopback. */
  allowInsecure?: boolean;
  /** Whether calls may use it. Default true. */
  active?: boolean;
  /** A note. */
  description?: string | null;
  /** Another model id for this environment. */
  model?: string | null;
}

/** What `model.create` takes. */
export interface ModelInput extends ModelConfig {
  /** The product; the client's own where absent. */
  product?: string;
  /** The model's id within the product. */
  tag: string;
  /** A human-readable name. */
  name: string;
  /** What it is for. */
  description?: string | null;
  /** The vendor. */
  provider: ProviderId;
  /** The vendor's id of the model. */
  model: string;
  /** Which of the vendor's wires. */
  api?: Api | null;
  /** One entry per environment, at least one. */
  envs: readonly EnvInput[];
  /** Extra request headers; never credentials. */
  headers?: Record<string, string>;
  /** Provider-specific fields of the request body. */
  providerOptions?: Record<string, Json>;
  /** What you know of the model better than the catalog. */
  capabilities?: Capabilities | null;
  /** Tags of the models to try in this order where this one does not answer; at most 8. Default: none. */
  fallback?: readonly string[] | null;
}

/** What `model.update` takes: only what is given changes; `null` clears; environments merge by slug. */
export interface ModelPatch extends Partial<Omit<ModelInput, 'tag' | 'envs'>> {
  /** Which model. */
  tag: string;
  /** Changed, new and (with `remove`) removed environments. */
  envs?: readonly (EnvInput & { remove?: boolean })[];
}

/** Which model. */
export interface ModelRef {
  /** The product; the client's own where absent. */
  product?: string;
  /** The model's id within the product. */
  tag: string;
}

/** What was not taken as given. */
export interface Warning {
  /** A stable word. */
  code: string;
  /** What it is about. */
  field: string;
  /** What was done. */
  message: string;
}

/** What may be shown of an environment: never its key. */
export interface EnvView extends ModelConfig {
  slug: string;
  active: boolean;
  baseUrl?: string;
  allowInsecure?: boolean;
  description?: string;
  model?: string;
  /** Whether a sealed key is stored. */
  hasKey: boolean;
  /** What can be said about the key without opening it. */
  keyStatus: 'none' | 'reference' | 'sealed' | 'unknown_key';
  /** The last four characters of a key of at least twenty. */
  keyHint?: string;
  /** Equal for equal keys under one product key. */
  keyFingerprint?: string;
  /** The id of the product key that sealed it. */
  keyId?: string;
  /** Milliseconds since 1970. */
  keyUpdatedAt?: number;
  /** The name for the client's `keyResolver`. */
  keyRef?: string;
}

/** What may be shown of a stored model. Times are milliseconds since 1970. */
export interface ModelView extends ModelConfig {
  product: string;
  tag: string;
  name: string;
  description?: string;
  provider: ProviderId;
  model: string;
  api?: Api;
  headers?: Record<string, string>;
  providerOptions?: Record<string, Json>;
  capabilities?: Capabilities;
  fallback?: string[];
  envs: EnvView[];
  /** One more with every write. */
  rev: number;
  createdAt: number;
  updatedAt: number;
  /** Who wrote it last: the `user_id` of that client. */
  updatedBy?: string;
  /** The id of the product key that the record needs and the client lacks; nothing shown is verified then. */
  unknownKey?: string;
  /** What a create or an update did not take as given. */
  warnings?: Warning[];
}

/** A record of a listing that cannot be read. */
export interface UnreadableModel {
  /** Its tag, where the storage key tells. */
  tag?: string;
  /** The code of the error that reading it gives. */
  unreadable: ErrorCode;
}

/** A model given in place of a tag; it is never stored. */
export interface InlineModel extends ModelConfig {
  provider: ProviderId;
  model: string;
  apiKey?: string;
  baseUrl?: string;
  allowInsecure?: boolean;
  api?: Api;
  headers?: Record<string, string>;
  providerOptions?: Record<string, Json>;
  capabilities?: Capabilities;
}

/** The levels between a model and a call. */
export interface AgentLayers {
  /** The agent's model, where the call names none. */
  model?: string | InlineModel;
  modelConfig?: ModelConfig;
  envs?: readonly { slug: string; active?: boolean; model?: string | InlineModel; modelConfig?: ModelConfig }[];
  /** Fields of an agent that resolution does not look at. */
  [field: string]: unknown;
}

/** What decides where a call goes and with which settings. */
export interface ResolveOptions {
  /** The product; the client's own where absent. */
  product?: string;
  /** The environment; the client's own where absent. */
  env?: string;
  /** A tag, or a model of the call's own. */
  model?: string | InlineModel;
  /** The agent whose settings apply: a stored one's tag, or its settings. */
  agent?: string | AgentLayers;
  /** The highest level of settings. */
  modelConfig?: ModelConfig;
  /** Provider-specific fields of the request body. */
  providerOptions?: Record<string, Json>;
}

/** What a call would use, without its key. */
export interface ResolveView {
  product: string;
  tag?: string;
  env: string;
  provider: ProviderId;
  model: string;
  /** `null` where it is the provider's own. */
  baseUrl: string | null;
  /** The values that are sent; an absent one is not. */
  params: { temperature?: number; maxTokens?: number; topP?: number; stopSequences?: string[]; timeout?: number };
  warnings: Warning[];
  /** The record's revision; 0 for an inline model. */
  rev: number;
}

/** The level that a value came from, lowest first. */
export type Layer = 'default' | 'model' | 'modelEnv' | 'agent' | 'environment' | 'runtime';

/** One resolved setting. */
export interface Explained<T> {
  /** The winning value; `null` where nothing is sent. */
  value: T | null;
  /** The level that won. */
  source: Layer;
  /** What it hides, highest first. */
  shadowed: { source: Layer; value: T | null }[];
  /** What the provider's rules changed. */
  adjusted?: { sent: T | null; reason: string };
}

/** Why a call would use what it uses, without its key. */
export interface Explanation {
  product: string;
  tag?: string;
  env: string;
  provider: ProviderId;
  model: Explained<string>;
  baseUrl: string | null;
  settings: {
    temperature: Explained<number>;
    maxTokens: Explained<number>;
    topP: Explained<number>;
    stopSequences: Explained<string[]>;
    timeout: Explained<number>;
  };
  warnings: Warning[];
  key: { status: 'inline' | 'none' | 'reference' | 'sealed'; keyId?: string };
  rev: number;
}
