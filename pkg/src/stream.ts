// A streamed answer as JavaScript has them. The core decodes; this reads chunks, hands each over in one call, watches the
// time, and ends the connection when nobody wants the rest.

import type { StreamHandle } from '../wasm/core.js';
import type { Completion, CompletionStream, StreamPart } from './call-types.js';
import { aborted, DuctapeError, type ErrorView } from './errors.js';
import type { Signal, WebStream } from './types.js';
import type { Running } from './wasm.js';

/** A call that can be started; `cancelled` ends it before its first content. */
export interface Start {
  signal: Signal | undefined;
  instance: Running;
  start(): Promise<StreamHandle>;
}

interface Reader {
  read(): Promise<{ done: boolean; value?: Uint8Array }>;
  cancel(): Promise<void>;
}

type Wait = { chunk: Uint8Array } | 'aborted' | 'end' | 'timeout' | { thrown: unknown };

/** What `stream` returns, over the core's decoder. */
export class Streaming implements CompletionStream {
  readonly #parts: AsyncGenerator<StreamPart, void, undefined>;
  #state: 'idle' | 'taken' | 'done' = 'idle';
  #abort: () => void = () => undefined;
  readonly #aborted: Promise<void>;
  #isAborted = false;
  #cancelWait: () => void = () => undefined;
  #closeBody: () => void = () => undefined;
  #settle!: { resolve(completion: Completion): void; reject(error: unknown): void };
  readonly #result: Promise<Completion>;

  constructor(prepare: (cancelled: Promise<void>) => Promise<Start>) {
    this.#aborted = new Promise((resolve) => {
      this.#abort = resolve;
    });
    this.#result = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    // Whoever wants the error asks for it; nobody else should be troubled by it.
    this.#result.catch(() => undefined);
    const opened = Promise.resolve().then(() => this.#open(prepare));
    opened.catch((error: unknown) => this.#settle.reject(error));
    this.#parts = this.#pump(opened);
  }

  get result(): Promise<Completion> {
    if (this.#state === 'idle') void this.#drain();
    return this.#result;
  }

  get textStream(): AsyncIterable<string> {
    return this.#text();
  }

  [Symbol.asyncIterator](): AsyncGenerator<StreamPart, void, undefined> {
    this.#take();
    return this.#parts;
  }

  abort(): void {
    this.#isAborted = true;
    this.#abort();
    this.#cancelWait();
    // Whoever gave up may never read again, so the connection does not wait for it.
    const close = this.#closeBody;
    this.#closeBody = () => undefined;
    close();
  }

  toReadableStream(): WebStream {
    return this.#readable((part) => part);
  }

  toSSE(): WebStream {
    const encoder = new TextEncoder();
    const event = (part: StreamPart) => encoder.encode(`event: ${part.type}\ndata: ${JSON.stringify(part)}\n\n`);
    return this.#readable(event, (error) => event({ type: 'error', error: shown(error) }));
  }

  #take(): void {
    if (this.#state !== 'idle')
      throw new DuctapeError({ code: 'invalid_input', message: 'this stream is being read already' });
    this.#state = 'taken';
  }

  async #drain(): Promise<void> {
    try {
      for await (const _ of this);
    } catch {
      // `result` fails with it.
    }
  }

  async *#text(): AsyncGenerator<string, void, undefined> {
    for await (const part of this) if (part.type === 'text-delta') yield part.text;
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
          await parts.return();
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
      // Not by the reader alone: in Firefox only the request's own signal ends a connection that was read from.
      this.#closeBody = () => {
        if (this.#state === 'done') return;
        if (instance.failure === undefined) instance.enter(() => handle.close());
        else reader?.cancel().catch(() => undefined);
      };
      if (this.#isAborted) this.#closeBody();
      return { handle, reader, instance, end };
    } catch (error) {
      end();
      throw error;
    }
  }

  async *#pump(opening: Promise<Opened>): AsyncGenerator<StreamPart, void, undefined> {
    const { handle, reader, instance, end } = await opening;
    // Made where it is needed: an error takes its stack along, which costs more than many parts.
    let failure: (() => unknown) | undefined = aborted;
    try {
      yield* this.#read(reader, handle, instance);
      const completion = JSON.parse(instance.enter(() => handle.outcome())) as Completion;
      failure = undefined;
      this.#settle.resolve(completion);
    } catch (thrown) {
      failure = () => thrown;
      throw thrown;
    } finally {
      if (failure !== undefined) this.#settle.reject(failure());
      end();
      this.#state = 'done';
      // Freed before its end, the handle closes the connection.
      if (instance.failure === undefined) handle.free();
      else reader?.cancel().catch(() => undefined);
      this.#closeBody = () => undefined;
    }
  }

  async *#read(reader: Reader | undefined, handle: StreamHandle, instance: Running): AsyncGenerator<StreamPart, void> {
    yield* parts(instance.enter(() => handle.pending()));
    while (!instance.enter(() => handle.ended())) {
      const came = await this.#next(
        reader,
        instance.enter(() => handle.waitMs()),
      );
      yield* parts(instance.enter(() => answer(handle, came)));
    }
  }

  /** The next chunk, the end, or what came first instead. */
  #next(reader: Reader | undefined, waitMs: number | undefined): Promise<Wait> {
    if (reader === undefined) return Promise.resolve('end');
    return new Promise((resolve) => {
      const timer = waitMs === undefined ? undefined : setTimeout(() => resolve('timeout'), waitMs);
      const settle = (came: Wait) => {
        clearTimeout(timer);
        resolve(came);
      };
      this.#cancelWait = () => settle('aborted');
      if (this.#isAborted) return settle('aborted');
      reader.read().then(
        ({ done, value }) => settle(done || value === undefined ? 'end' : { chunk: value }),
        (thrown: unknown) => settle({ thrown }),
      );
    });
  }
}

interface Opened {
  handle: StreamHandle;
  reader: Reader | undefined;
  instance: Running;
  end(): void;
}

function answer(handle: StreamHandle, came: Wait): string {
  if (came === 'end') return handle.finish();
  if (came === 'aborted' || came === 'timeout') return handle.interrupt(came, undefined);
  return 'chunk' in came ? handle.feed(came.chunk) : handle.interrupt('network', came.thrown);
}

/** The parts of one JSON text; an error part is thrown. */
function* parts(text: string): Generator<StreamPart, void> {
  if (text === '[]') return;
  for (const part of JSON.parse(text) as StreamPart[]) {
    if (part.type === 'error') throw new DuctapeError(part.error as ErrorView);
    yield part;
  }
}

function shown(error: unknown): { code: DuctapeError['code']; message: string; retryable: boolean } {
  if (!DuctapeError.is(error)) return { code: 'internal', message: 'the stream failed', retryable: false };
  return { code: error.code, message: error.message, retryable: error.retryable };
}
