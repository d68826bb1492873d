// The public types of configuration: models, environments, settings, keys, and what they resolve to. The words that all of
// them share are here.

export type * from './key-types.js';
export type * from './model-types.js';
export type * from './option-types.js';
export type * from './platform-types.js';
export type * from './resolve-types.js';

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

/** What was not taken as given. */
export interface Warning {
  /** A stable word. */
  code: string;
  /** What it is about. */
  field: string;
  /** What was done. */
  message: string;
}
