// A stream of this library as server-sent events in some wire's words. One part is read for each that is asked for, so
// nothing piles up, and whoever stops reading stops the provider.

import type { StreamPart } from '../call-types.js';
import { aborted } from '../errors.js';
import type { WebStream } from '../types.js';
import { type Failure, failureOf } from './failures.js';

/** How a wire tells a stream: each as the text of its events, or nothing. */
export interface Telling<Part = StreamPart> {
  begin(): string;
  part(part: Part): string;
  broken(failure: Failure): string;
}

/** What happens along the way. */
export interface Course<Part = StreamPart> {
  /** Every part as it passes. */
  seen(part: Part): void;
  /** The end, whichever: with a failure where the stream broke. */
  over(failure: Failure | undefined): void;
  /** The reader is gone. */
  cancelled(): void;
}

/** A stream up to its first content, so that what fails before it is an answer with a status of its own. */
export interface Opened {
  first: IteratorResult<StreamPart>;
  rest: AsyncIterator<StreamPart>;
}

/** Waits for the first content. */
export async function opened(stream: AsyncIterable<StreamPart>): Promise<Opened> {
  const rest = stream[Symbol.asyncIterator]();
  for (;;) {
    const first = await rest.next();
    if (first.done || (first.value.type !== 'response-start' && first.value.type !== 'warning')) return { first, rest };
  }
}

/** How far ahead of a write is looked for more that is there already, in turns of the microtask queue. */
const TURNS = 16;

/** The longest text of one write. */
const MAX_WRITE = 16_384;

/** The events as bytes. What came in one piece leaves in one piece: writes cost more than parts. */
export function events<Part>(
  first: IteratorResult<Part>,
  rest: AsyncIterator<Part>,
  telling: Telling<Part>,
  course: Course<Part>,
): WebStream {
  const encoder = new TextEncoder();
  let next: Promise<IteratorResult<Part>> = Promise.resolve(first);
  let lead = telling.begin();

  /** The events of the parts that are there, at least of one; `isOver` after the last. */
  const gather = async (): Promise<{ text: string; isOver: boolean }> => {
    let text = lead;
    lead = '';
    do {
      const { done, value } = await next;
      if (done) return { text, isOver: true };
      next = rest.next();
      // It is looked at when it is its turn; until then it is nobody's failure.
      next.catch(() => undefined);
      course.seen(value);
      text += telling.part(value);
      // A part that this wire has no word for leaves the reader waiting.
    } while (text === '' || (text.length < MAX_WRITE && (await isThere(next))));
    return { text, isOver: false };
  };

  const pull = async (controller: StreamController<Uint8Array>): Promise<void> => {
    try {
      const { text, isOver } = await gather();
      if (text !== '') controller.enqueue(encoder.encode(text));
      if (!isOver) return;
      course.over(undefined);
    } catch (error) {
      const failure = failureOf(error);
      course.over(failure);
      controller.enqueue(encoder.encode(telling.broken(failure)));
    }
    controller.close();
  };

  const cancel = async (): Promise<void> => {
    course.cancelled();
    course.over(failureOf(aborted()));
    await rest.return?.();
  };
  return new ReadableStream<Uint8Array>({ pull, cancel }, { highWaterMark: 0 }) as WebStream;
}

/** Whether a promise is kept without anything from outside. One that fails counts as not there: what came before goes first. */
async function isThere(promise: Promise<unknown>): Promise<boolean> {
  let isKept = false;
  const kept = () => {
    isKept = true;
  };
  promise.then(kept, () => undefined);
  for (let turn = 0; turn < TURNS && !isKept; turn += 1) await undefined;
  return isKept;
}
