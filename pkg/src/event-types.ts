// What the hooks of the constructor's options are told. `docs/events.md` has the tables.

import type { ErrorCode } from './types.js';

/** What was done to a record or with a key. */
export type AuditAction =
  | 'agent.define'
  | 'agent.delete'
  | 'key.remove'
  | 'key.rotate'
  | 'key.set'
  | 'key.use'
  | 'keys.rekey'
  | 'keys.retire'
  | 'model.create'
  | 'model.delete'
  | 'model.export'
  | 'model.import'
  | 'model.promote'
  | 'model.rollback'
  | 'model.update';

/** One thing that was done, once it is known to be done; or that was refused. */
export interface AuditEvent {
  /** What. `key.use` is each opening, or looking up, of an API key for a call. */
  action: AuditAction;
  /** The product; absent for `keys.retire`, which concerns all. */
  product?: string;
  /** The model's tag. */
  tag?: string;
  /** The agent's tag, for actions on agents. */
  agent?: string;
  /** The environment, for actions on its key. */
  env?: string;
  /** The revision that was written, or that a call used. */
  rev?: number;
  /** Who this client works for: its `user_id`. */
  actor?: string;
  /** When, in milliseconds since 1970. */
  time: number;
  /** Equal for equal API keys under one product key; never the key. Absent for clients with a public key alone. */
  keyFingerprint?: string;
  /** The id of the product key that sealed it, that it was moved to, or that was retired. */
  keyId?: string;
  /** `ok`, or the code of the error with which it was refused. */
  outcome: 'ok' | ErrorCode;
}

/** What can be said of a span. Structured values, such as messages, are JSON texts. */
export type CallAttributes = Record<string, string | number | boolean | string[]>;

/** What every moment of a span tells. */
export interface CallMoment {
  /** The span's id: unique, and the same in all of its events. */
  id: string;
  /** The span that it is part of: a run for its calls and tools, a call for its attempts. Absent for a call of its own. */
  parentId?: string;
  /** When, in milliseconds since 1970. A `start` may be told a little after it. */
  time: number;
  /** By names of OpenTelemetry's conventions, and by names that begin with `ductape.`. */
  attributes: CallAttributes;
}

/** Something began. */
export interface CallStart extends CallMoment {
  type: 'start';
  /** `chat <model>`, `POST` for an attempt, `invoke_agent <tag>`, `execute_tool <tag>`. */
  name: string;
  /** `client` where somebody else is asked, `internal` where it stays in this process. */
  kind: 'client' | 'internal';
  /** What `eventContext` gave when the call was made; with spans that have no parent only. */
  context?: unknown;
}

/** Something happened within a span. */
export interface CallNote extends CallMoment {
  type: 'event';
  /** What. */
  name: 'ductape.fallback' | 'ductape.fallback_skipped' | 'ductape.first_content' | 'ductape.retry' | 'ductape.warning';
}

/** Something is over. Every `start` has one, streams that are given up included. */
export interface CallEnd extends CallMoment {
  type: 'end';
  /** As at the start. */
  name: string;
  /** How long it took, in milliseconds. */
  duration: number;
  /** What it failed with. Its code is the attribute `error.type`, too. */
  error?: { code: ErrorCode | 'tool_failed' | 'tool_refused'; message?: string };
}

/** A moment of a call, an attempt, a run or a tool. */
export type CallEvent = CallStart | CallNote | CallEnd;
