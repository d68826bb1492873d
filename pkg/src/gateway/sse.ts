// A stream of this library as server-sent events in some wire's words. One part is read for each that is asked for, so
// nothing piles up, and whoever stops reading stops the provider.

import type { StreamPart } from '../call-types.js';
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

/** The events as bytes. */
export function events<Part>(
  first: Promise<IteratorResult<Part>> | IteratorResult<Part>,
  rest: AsyncIterator<Part>,
  telling: Telling<Part>,
  course: Course<Part>,
): WebStream {
  const encoder = new TextEncoder();
  let next: typeof first | undefined = first;
  let lead = telling.begin();

  const pull = async (controller: StreamController<Uint8Array>): Promise<void> => {
    try {
      for (;;) {
        const { done, value } = await (next ?? rest.next());
        next = undefined;
        if (done) {
          course.over(undefined);
          return controller.close();
        }
        course.seen(value);
        const text = lead + telling.part(value);
        lead = '';
        // A part that this wire has no word for: the reader is still waiting.
        if (text !== '') return controller.enqueue(encoder.encode(text));
      }
    } catch (error) {
      const failure = failureOf(error);
      course.over(failure);
      controller.enqueue(encoder.encode(telling.broken(failure)));
      controller.close();
    }
  };

  const cancel = async (): Promise<void> => {
    course.cancelled();
    course.over(undefined);
    await rest.return?.();
  };
  return new ReadableStream<Uint8Array>({ pull, cancel }, { highWaterMark: 0 }) as WebStream;
}
