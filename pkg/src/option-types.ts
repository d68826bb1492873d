// What the constructor takes.

import type { AgentTool } from './agent-types.js';
import type { AuditEvent, CallEvent } from './event-types.js';
import type { KeyContext, Keyring, ProductKey, SealingPublicKey } from './key-types.js';
import type { CatalogEntry } from './model-types.js';
import type { Fetch } from './platform-types.js';
import type { Storage, StorageCallback } from './storage/types.js';

/** How failed attempts are repeated. */
export interface RetryOptions {
  /** Attempts after the first, 0 to 10. Default 2. */
  maxRetries?: number;
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
  /**
   * Handlers of tools, by the tool's tag, for agents that another process defined. An agent that this client defined runs its
   * own. Arguments are checked against the `parameters` given here.
   */
  tools?: readonly AgentTool[];
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
  /**
   * Told what was done to models, agents and keys, once it is known to be done. What it throws, or rejects with, is
   * swallowed; it is not awaited.
   */
  onAudit?: (event: AuditEvent) => void;
  /** Told how calls, attempts, runs and tools begin, go on and end, in OpenTelemetry's words. Treated as `onAudit` is. */
  onEvent?: (event: CallEvent) => void;
  /** Tell `onEvent` what is said, too: messages, answers, tools' arguments and results. Default false. */
  captureContent?: boolean;
  /**
   * Called when a call is made; `onEvent` finds what it gives in the `context` of that call's first `start`. For tracers
   * that keep the current span somewhere: `() => context.active()`.
   */
  eventContext?: () => unknown;
  /** Who this client works for: named as the writer of the revisions that it makes. At most 256 characters. */
  user_id?: string;
  /** Accepted so that existing code runs; unused. */
  workspace_id?: string;
  /** Accepted so that existing code runs; unused. */
  accessKey?: string;
}
