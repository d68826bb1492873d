// OpenTelemetry's spans from what a client tells. This file is the whole bridge; copy it.

import { type Context, context, type Span, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import type { CallEvent } from 'ductape-models';

/** Options for the constructor: every call, attempt, run and tool becomes a span of `tracer`. */
export function tracing(tracer: Tracer = trace.getTracer('ductape-models')) {
  const open = new Map<string, Span>();

  /** A part of a run or a call goes under that; everything else under what was active where the call was made. */
  function place(parentId: string | undefined, made: unknown): Context {
    const parent = parentId === undefined ? undefined : open.get(parentId);
    return parent === undefined
      ? ((made as Context | undefined) ?? context.active())
      : trace.setSpan(context.active(), parent);
  }

  function onEvent(event: CallEvent): void {
    if (event.type === 'start') {
      const kind = event.kind === 'client' ? SpanKind.CLIENT : SpanKind.INTERNAL;
      const options = { kind, startTime: event.time, attributes: event.attributes };
      open.set(event.id, tracer.startSpan(event.name, options, place(event.parentId, event.context)));
      return;
    }
    const span = open.get(event.id);
    if (event.type === 'event') {
      span?.addEvent(event.name, event.attributes, event.time);
      return;
    }
    span?.setAttributes(event.attributes);
    if (event.error !== undefined) span?.setStatus({ code: SpanStatusCode.ERROR, message: event.error.message });
    span?.end(event.time);
    open.delete(event.id);
  }

  return { onEvent, eventContext: (): unknown => context.active() };
}
