// The caller's AbortSignal: what passes for one, and how the core hears of it.

import { invalid } from './errors.js';
import type { Signal } from './types.js';

/** Takes the signal out of a call's fields. */
export function takeSignal(fields: Map<string, unknown>): Signal | undefined {
  const signal = fields.get('signal');
  fields.delete('signal');
  if (signal !== undefined && !isSignal(signal)) throw invalid('signal', 'an AbortSignal');
  return signal;
}

/** A promise that settles when the signal fires or `end` is called; one of them must, so that nothing listens for ever. */
export function cancellation(signal: Signal | undefined): { promise: Promise<void>; end(): void } {
  let end: () => void = () => undefined;
  const promise = new Promise<void>((resolve) => {
    end = () => {
      signal?.removeEventListener('abort', end);
      resolve();
    };
  });
  signal?.addEventListener('abort', end);
  return { promise, end: () => end() };
}

function isSignal(value: unknown): value is Signal {
  return (
    typeof (value as Signal | null)?.addEventListener === 'function' && typeof (value as Signal).aborted === 'boolean'
  );
}
