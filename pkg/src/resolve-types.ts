// What a call resolves to, and why.

import type { Capabilities, ModelConfig } from './model-types.js';
import type { Api, Json, ProviderId, Warning } from './types.js';

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
