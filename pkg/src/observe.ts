// The caller's hooks. The core tells what happens while it works; it is handed on in a microtask of its own, so that a hook
// may call the client again, and whatever it throws reaches nobody.

import { invalid } from './errors.js';
import type { AuditEvent, CallEvent } from './event-types.js';

/** What the core calls. */
export interface Hooks {
  readonly audits: boolean;
  readonly listens: boolean;
  readonly content: boolean;
  context(): unknown;
  audit(event: string): void;
  event(event: string, context: unknown): void;
}

type Hook<T> = (event: T) => unknown;

/** The hooks among the constructor's options; none where there are none. */
export function readHooks(fields: ReadonlyMap<string, unknown>): Hooks | undefined {
  const onAudit = readHook<AuditEvent>(fields, 'onAudit');
  const onEvent = readHook<CallEvent>(fields, 'onEvent');
  const context = readHook<void>(fields, 'eventContext') as (() => unknown) | undefined;
  const content = fields.get('captureContent');
  if (content !== undefined && typeof content !== 'boolean') throw invalid('captureContent', 'true or false');
  if (onAudit === undefined && onEvent === undefined) return undefined;
  return {
    audits: onAudit !== undefined,
    listens: onEvent !== undefined,
    content: content === true,
    context: onEvent === undefined || context === undefined ? () => undefined : outermost(context),
    audit: (event) => later(onAudit, () => JSON.parse(event) as AuditEvent),
    event: (event, context) =>
      later(onEvent, () => {
        const told = JSON.parse(event) as CallEvent;
        return context === undefined ? told : ({ ...told, context } as CallEvent);
      }),
  };
}

function readHook<T>(fields: ReadonlyMap<string, unknown>, name: string): Hook<T> | undefined {
  const given = fields.get(name);
  if (given !== undefined && typeof given !== 'function') throw invalid(name, 'a function');
  return given as Hook<T> | undefined;
}

/** Asks only where it is not being asked already: what it asks with may be a call of its own. */
function outermost(context: () => unknown): () => unknown {
  let isAsking = false;
  return () => {
    if (isAsking) return undefined;
    isAsking = true;
    const given = quietly(context);
    isAsking = false;
    return given;
  };
}

/** Microtasks keep their order, and come before whatever waits for the call that they tell of. */
function later<T>(hook: Hook<T> | undefined, event: () => T): void {
  if (hook !== undefined) queueMicrotask(() => quietly(() => hook(event())));
}

/** What a hook throws, or rejects with, is nobody's concern: it has its own ways to complain. */
function quietly(work: () => unknown): unknown {
  try {
    const result = work();
    // Only what can reject needs somebody who listens.
    if (typeof (result as { then?: unknown } | null | undefined)?.then === 'function') {
      Promise.resolve(result).then(undefined, () => undefined);
    }
    return result;
  } catch {
    return undefined;
  }
}
