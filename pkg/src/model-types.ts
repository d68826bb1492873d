// A model: what is given of it, what is shown of it, and what it takes.

import type { Api, ErrorCode, Json, ProviderId, Warning } from './types.js';

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

/** A key for an environment that exists. */
export interface KeyInput {
  /** The environment. */
  slug: string;
  /** The provider's key. It is sealed before it is stored. */
  apiKey?: string;
  /** A name for the client's `keyResolver`, in place of `apiKey`. */
  keyRef?: string;
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
