// One timer for many waits. A stream waits for every chunk anew, and a timer made and cleared for each would cost more
// than the chunk: this one is left to ring, and looks then whether anybody still waits, and for how long.

/** Calls `onRing` once a wait lasts too long. */
export class Alarm {
  readonly #onRing: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ringsAt = 0;
  #dueAt: number | undefined;

  constructor(onRing: () => void) {
    this.#onRing = onRing;
  }

  /** Begins a wait of at most `ms` milliseconds. */
  wait(ms: number): void {
    const dueAt = Date.now() + ms;
    this.#dueAt = dueAt;
    if (this.#timer !== undefined && this.#ringsAt <= dueAt) return;
    clearTimeout(this.#timer);
    this.#set(dueAt, ms);
  }

  /** Ends the wait; the timer may run on. */
  rest(): void {
    this.#dueAt = undefined;
  }

  /** Ends everything. */
  stop(): void {
    this.#dueAt = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #set(ringsAt: number, ms: number): void {
    this.#ringsAt = ringsAt;
    this.#timer = setTimeout(() => this.#ring(), ms);
  }

  #ring(): void {
    this.#timer = undefined;
    if (this.#dueAt === undefined) return;
    const left = this.#dueAt - Date.now();
    if (left > 0) {
      this.#set(this.#dueAt, left);
    } else {
      this.#dueAt = undefined;
      this.#onRing();
    }
  }
}
