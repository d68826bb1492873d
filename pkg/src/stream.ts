// A streamed answer as JavaScript has it: parts, text, streams of the platform's own, the whole at the end. What is read
// how is decided by whoever asks first.

import type { StreamHandle } from '../wasm/core.js';
import type { Completion, CompletionStream, StreamPart } from './call-types.js';
import { aborted, DuctapeError, invalid } from './errors.js';
import { PartialJson } from './partial-json.js';
import type { Batch } from './stream-batch.js';
import { type Opened, Pump, type Reader, type Settle } from './stream-pump.js';
import { Items } from './stream-reader.js';
import type { Signal, WebStream } from './types.js';
import type { Running } from './wasm.js';

/** A call that can be started; `cancelled` ends it before its first content. */
export interface Start {
  signal: Signal | undefined;
  instance: Running;
  start(): Promise<StreamHandle>;
}

/** The longest text of one write of events. */
const MAX_WRITE = 16_384;

/** What `stream` returns, over the core's decoder. */
export class Streaming implements CompletionStream {
  readonly #pump: Pump;
  readonly #hasSchema: boolean;
  #isTaken = false;
  #isAborted = false;
  #abort: () => void = () => undefined;
  readonly #aborted: Promise<void>;
  /** The whole answer as JSON. */
  readonly #whole: Promise<string>;
  #result: Promise<Completion> | undefined;

  constructor(prepare: (cancelled: Promise<void>) => Promise<Start>, hasSchema: boolean) {
    this.#hasSchema = hasSchema;
    this.#aborted = new Promise((resolve) => {
      this.#abort = resolve;
    });
    let settle!: Settle;
    this.#whole = new Promise((resolve, reject) => {
      settle = { resolve, reject };
    });
    // Whoever wants the error asks for it; nobody else should be troubled by it.
    this.#whole.catch(() => undefined);
    this.#pump = new Pump(settle);
    const opened = Promise.resolve().then(() => this.#open(prepare));
    opened.then(
      (opened) => this.#pump.open(opened),
      (error: unknown) => this.#pump.fail(error),
    );
  }

  get result(): Promise<Completion> {
    if (!this.#isTaken) void this.#drain();
    if (this.#result === undefined) {
      this.#result = this.#whole.then((text) => JSON.parse(text) as Completion);
      this.#result.catch(() => undefined);
    }
    return this.#result;
  }

  get textStream(): AsyncIterable<string> {
    return { [Symbol.asyncIterator]: () => this.#items((batch) => batch.text()) };
  }

  get partialObjectStream(): AsyncIterable<unknown> {
    return { [Symbol.asyncIterator]: () => this.#objects() };
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<StreamPart, undefined> {
    return this.#items((batch) => batch.part());
  }

  abort(): void {
    this.#isAborted = true;
    this.#abort();
    this.#pump.abort();
  }

  toReadableStream(): WebStream {
    return this.#readable((part) => part);
  }

  toSSE(): WebStream {
    const encoder = new TextEncoder();
    const event = (part: StreamPart) => `event: ${part.type}\ndata: ${JSON.stringify(part)}\n\n`;
    // What came in one piece leaves in one piece: writes cost more than parts.
    const events = (part: StreamPart) => {
      let text = event(part);
      while (text.length < MAX_WRITE && this.#pump.batch.isReady()) {
        const next = this.#pump.batch.part();
        if (next !== undefined) text += event(next);
      }
      return encoder.encode(text);
    };
    return this.#readable(events, (error) => encoder.encode(event({ type: 'error', error: shown(error) })));
  }

  #items<T>(pick: (batch: Batch) => T | undefined): Items<T> {
    if (this.#isTaken) throw new DuctapeError({ code: 'invalid_input', message: 'this stream is being read already' });
    this.#isTaken = true;
    const pump = this.#pump;
    return new Items({
      poll: () => pump.poll(pick),
      isOver: () => pump.isOver(),
      more: (wake) => pump.more(wake),
      stop: (failure) => {
        // Before its first content, there is only the call to give up.
        this.#abort();
        pump.stop(failure);
      },
    });
  }

  #objects(): Items<unknown> {
    if (!this.#hasSchema) throw invalid('schema', 'the JSON Schema of the object that is to be streamed');
    const json = new PartialJson();
    return this.#items((batch) => {
      const hasGrown = json.feed(batch.rest());
      const hasEnded = batch.ended && json.end();
      // An error that follows is thrown; there is no other text here.
      return hasGrown || hasEnded ? json.value : batch.text();
    });
  }

  async #drain(): Promise<void> {
    // `result` fails with whatever it fails with.
    await this.#items((batch) => batch.skip())
      .next()
      .catch(() => undefined);
  }

  #readable<T>(item: (part: StreamPart) => T, last?: (error: unknown) => T): WebStream {
    const parts = this[Symbol.asyncIterator]();
    return new ReadableStream<T>(
      {
        pull: async (controller) => {
          try {
            const next = await parts.next();
            if (next.done) controller.close();
            else controller.enqueue(item(next.value));
          } catch (error) {
            if (last === undefined) return controller.error(error);
            controller.enqueue(last(error));
            controller.close();
          }
        },
        cancel: async () => {
          this.abort();
          await parts.return?.();
        },
      },
      { highWaterMark: 0 },
    ) as WebStream;
  }

  async #open(prepare: (cancelled: Promise<void>) => Promise<Start>): Promise<Opened> {
    const { signal, instance, start } = await prepare(this.#aborted);
    const abort = () => this.abort();
    if (signal?.aborted) abort();
    if (this.#isAborted) throw aborted();
    signal?.addEventListener('abort', abort);
    const end = () => {
      signal?.removeEventListener('abort', abort);
      this.#abort();
    };
    try {
      const handle = await start();
      const reader = instance.enter(() => handle.reader()) as Reader | undefined;
      return { handle, reader, instance, end };
    } catch (error) {
      end();
      throw error;
    }
  }
}

function shown(error: unknown): { code: DuctapeError['code']; message: string; retryable: boolean } {
  if (!DuctapeError.is(error)) return { code: 'internal', message: 'the stream failed', retryable: false };
  return { code: error.code, message: error.message, retryable: error.retryable };
}
