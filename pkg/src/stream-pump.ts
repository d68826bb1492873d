// The chunks of one answer through the core: reads one when the parts of the last are used up, watches the time, and
// closes the connection at the end, whichever it is.

import type { StreamHandle } from '../wasm/core.js';
import { Alarm } from './alarm.js';
import { aborted } from './errors.js';
import { Batch } from './stream-batch.js';
import type { Running } from './wasm.js';

/** A body's reader. */
export interface Reader {
  read(): Promise<{ done: boolean; value?: Uint8Array }>;
  cancel(): Promise<void>;
}

/** An answer after its first content. */
export interface Opened {
  handle: StreamHandle;
  reader: Reader | undefined;
  instance: Running;
  /** Lets go of what the call held on to. */
  end(): void;
}

/** What becomes of the whole answer, which is a JSON text. */
export interface Settle {
  resolve(completion: string): void;
  reject(error: unknown): void;
}

/** How much of an event is gathered on this side of the border. */
const EVENT_BYTES = 4096;

/** Reads one answer. */
export class Pump {
  readonly batch: Batch = new Batch();
  readonly #settle: Settle;
  #opened: Opened | undefined;
  #failure: { thrown: unknown } | undefined;
  #isAborted = false;
  #isDone = false;
  #isClosed = false;
  #isReading = false;
  #wake: () => void = () => undefined;
  readonly #start = new Uint8Array(EVENT_BYTES);
  #startLength = 0;
  #endsLine = false;
  readonly #alarm = new Alarm(() => this.#interrupt('timeout'));

  constructor(settle: Settle) {
    this.#settle = settle;
  }

  /** The answer began. */
  open(opened: Opened): void {
    this.#opened = opened;
    if (this.#isDone) {
      this.#free();
      return;
    }
    this.#load((handle) => handle.pending());
    if (this.#isAborted) this.#close();
    this.#wake();
  }

  /** The answer did not begin. */
  fail(thrown: unknown): void {
    this.#failure = { thrown };
    this.#settle.reject(thrown);
    this.#wake();
  }

  /** Gives the answer up: the parts that are there may still be read, and then it fails as `aborted`. */
  abort(): void {
    this.#isAborted = true;
    // Whoever gave up may never read again, so the connection does not wait for it.
    this.#close();
    if (this.#isReading) this.#interrupt('aborted');
  }

  /** What `pick` finds among the parts that are there. It throws what the answer ended in. */
  poll<T>(pick: (batch: Batch) => T | undefined): T | undefined {
    if (this.#failure === undefined) {
      try {
        return pick(this.batch);
      } catch (thrown) {
        this.#failure = { thrown };
      }
    }
    this.stop(this.#failure);
    throw this.#failure.thrown;
  }

  /** Whether all of it was read; the whole answer is told then. */
  isOver(): boolean {
    const opened = this.#opened;
    if (opened === undefined || !this.batch.ended) return false;
    let completion: string;
    try {
      completion = opened.instance.enter(() => opened.handle.outcome());
    } catch (thrown) {
      this.stop({ thrown });
      throw thrown;
    }
    this.#settle.resolve(completion);
    this.#free();
    return true;
  }

  /** Reads the next chunk and calls `wake`; `true` where there is something to look at without one. */
  more(wake: () => void): boolean {
    this.#wake = wake;
    const opened = this.#opened;
    if (opened === undefined || this.#failure !== undefined) return this.#failure !== undefined;
    const { reader } = opened;
    if (reader === undefined) return this.#load((handle) => handle.finish());
    if (this.#isAborted) return this.#load((handle) => handle.interrupt('aborted', undefined));
    if (this.batch.timed && !this.#watch(opened)) return true;
    this.#isReading = true;
    reader.read().then(this.#came, this.#threw);
    return false;
  }

  /** Ends it before its end. */
  stop(failure?: { thrown: unknown }): void {
    if (this.#isDone) return;
    // Made where it is needed: an error takes its stack along, which costs more than many parts.
    this.#settle.reject(failure === undefined ? aborted() : failure.thrown);
    this.#free();
  }

  readonly #came = ({ done, value }: { done: boolean; value?: Uint8Array }): void => {
    if (!this.#isReading) return;
    if (done || value === undefined) {
      this.#answer((handle) => handle.finish());
    } else if (this.#gathers(value)) {
      this.#readOn();
    } else {
      const bytes = this.#withStart(value);
      this.#answer((handle) => handle.feed(bytes));
    }
  };

  readonly #threw = (thrown: unknown): void => {
    this.#interrupt('network', thrown);
  };

  #interrupt(why: 'aborted' | 'network' | 'timeout', thrown?: unknown): void {
    if (this.#isReading) this.#answer((handle) => handle.interrupt(why, thrown));
  }

  #answer(work: (handle: StreamHandle) => string): void {
    this.#isReading = false;
    this.#alarm.rest();
    this.#load(work);
    this.#wake();
  }

  /** Keeps bytes in which no event ends: no part comes of them, so they need not cross the border on their own. */
  #gathers(bytes: Uint8Array): boolean {
    const length = this.#startLength + bytes.length;
    const endedLine = this.#endsLine;
    this.#endsLine = bytes.length === 0 ? endedLine : isLineEnd(bytes, bytes.length - 1);
    if (length > EVENT_BYTES || endsEvent(bytes, endedLine)) return false;
    this.#start.set(bytes, this.#startLength);
    this.#startLength = length;
    return true;
  }

  #readOn(): void {
    this.#isReading = false;
    this.#alarm.rest();
    if (this.more(this.#wake)) this.#wake();
  }

  /** The bytes after those that were kept, where both fit together. */
  #withStart(bytes: Uint8Array): Uint8Array {
    const length = this.#startLength + bytes.length;
    if (this.#startLength === 0 || length > EVENT_BYTES) return bytes;
    this.#start.set(bytes, this.#startLength);
    this.#startLength = 0;
    return this.#start.subarray(0, length);
  }

  #load(work: (handle: StreamHandle) => string): boolean {
    try {
      const { handle, instance } = this.#opened as Opened;
      if (this.#startLength > 0) {
        const start = this.#start.subarray(0, this.#startLength);
        this.#startLength = 0;
        this.batch.load(instance.enter(() => handle.feed(start)));
        // An event may be too long for the core, and then nothing follows.
        if (this.batch.ended) return true;
      }
      this.batch.load(instance.enter(() => work(handle)));
    } catch (thrown) {
      this.#failure = { thrown };
    }
    return true;
  }

  /** Begins to watch the time; `false` where the core failed. */
  #watch({ handle, instance }: Opened): boolean {
    try {
      const waitMs = instance.enter(() => handle.waitMs());
      if (waitMs !== undefined) this.#alarm.wait(waitMs);
      return true;
    } catch (thrown) {
      this.#failure = { thrown };
      return false;
    }
  }

  #close(): void {
    const opened = this.#opened;
    if (opened === undefined || this.#isDone || this.#isClosed) return;
    this.#isClosed = true;
    const { handle, reader, instance } = opened;
    // Not by the reader alone: in Firefox only the request's own signal ends a connection that was read from.
    if (instance.failure === undefined) instance.enter(() => handle.close());
    else reader?.cancel().catch(() => undefined);
  }

  #free(): void {
    this.#isDone = true;
    this.#isReading = false;
    this.#alarm.stop();
    const opened = this.#opened;
    if (opened === undefined) return;
    opened.end();
    // Freed before its end, the handle closes the connection.
    if (opened.instance.failure === undefined) opened.handle.free();
    else opened.reader?.cancel().catch(() => undefined);
  }
}

/** Whether an event may end in the bytes, which is at an empty line: two line ends next to each other. */
function endsEvent(bytes: Uint8Array, afterLineEnd: boolean): boolean {
  const end = bytes.length;
  // Where most chunks end.
  if (end > 1 && isLineEnd(bytes, end - 1) && isLineEnd(bytes, end - 2)) return true;
  let last = afterLineEnd;
  for (let at = 0; at < end; at += 1) {
    const isEnd = isLineEnd(bytes, at);
    if (isEnd && last) return true;
    last = isEnd;
  }
  return false;
}

function isLineEnd(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 10 || bytes[at] === 13;
}
