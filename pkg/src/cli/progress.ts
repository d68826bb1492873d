// How far long work is: on stderr, where somebody watches or asked for it.

import type { Call, Option } from './call.js';
import { say, sayInPlace } from './screen.js';

/** The option of commands that show it. */
export const PROGRESS: { progress: Option } = {
  progress: { text: 'show progress on stderr where it is no terminal too' },
};

/** Shows lines, each in the place of the one before it. */
export class Progress {
  readonly #isShown: boolean;
  #isOpen = false;

  constructor(call: Call) {
    this.#isShown = call.has('progress') || process.stderr.isTTY === true;
  }

  show(line: string): void {
    if (!this.#isShown) return;
    sayInPlace(line);
    this.#isOpen = process.stderr.isTTY === true;
  }

  /** Leaves the last line where it is. */
  end(): void {
    if (this.#isOpen) say('');
    this.#isOpen = false;
  }
}

/** Runs work that Ctrl-C stops at its next step; a second Ctrl-C ends the process as always. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const abort = () => stop.abort();
  process.once('SIGINT', abort);
  process.once('SIGTERM', abort);
  try {
    return await work(stop.signal);
  } finally {
    process.off('SIGINT', abort);
    process.off('SIGTERM', abort);
  }
}
