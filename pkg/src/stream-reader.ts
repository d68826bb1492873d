// Items out of a source, as an async generator gives them: asked for in advance if need be, answered in their order,
// ended by whoever stops early. By hand, because a generator takes several turns of the microtask queue for each item, and
// an item that is there already needs none.

/** Where the items come from. */
export interface Source<T> {
  /** The next item that is there; `undefined` where there is none yet. It throws what the source ended in. */
  poll(): T | undefined;
  /** Whether the last item was given; what belongs to a good end is done then. */
  isOver(): boolean;
  /** Sees to it that there is more, and calls `wake` then; `true` where that is so at once. */
  more(wake: () => void): boolean;
  /** Ends the source before its end; `failure` is why. */
  stop(failure?: { thrown: unknown }): void;
}

type Item<T> = IteratorResult<T, undefined>;

/** Somebody who was promised an item, or the end. */
interface Asked<T> {
  wants: 'end' | 'item';
  failure: { thrown: unknown } | undefined;
  resolve(item: Item<T>): void;
  reject(error: unknown): void;
}

/** Iterates over a source, once. */
export class Items<T> implements AsyncIterableIterator<T, undefined> {
  readonly #source: Source<T>;
  readonly #asked: Asked<T>[] = [];
  #isOver = false;
  readonly #wake = () => this.#serve();

  constructor(source: Source<T>) {
    this.#source = source;
  }

  next(): Promise<Item<T>> {
    if (this.#asked.length > 0) return this.#ask('item');
    try {
      const value = this.#isOver ? undefined : this.#source.poll();
      if (value !== undefined) return Promise.resolve({ value, done: false });
    } catch (error) {
      this.#isOver = true;
      return Promise.reject(error);
    }
    return this.#ask('item');
  }

  /** Closes the connection, after whatever was asked for before. */
  return(): Promise<Item<T>> {
    return this.#ask('end');
  }

  /** {@link Items.return}, failing with `thrown`. */
  throw(thrown?: unknown): Promise<Item<T>> {
    return this.#ask('end', { thrown });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #ask(wants: 'end' | 'item', failure?: { thrown: unknown }): Promise<Item<T>> {
    return new Promise((resolve, reject) => {
      this.#asked.push({ wants, failure, resolve, reject });
      if (this.#asked.length === 1) this.#serve();
    });
  }

  /** Answers everybody whose answer is there. */
  #serve(): void {
    for (let first = this.#asked[0]; first !== undefined; first = this.#asked[0]) {
      let item: Item<T> | undefined;
      try {
        item = first.wants === 'end' ? this.#end(first) : this.#item();
        if (item === undefined) {
          if (!this.#source.more(this.#wake)) return;
          continue;
        }
      } catch (error) {
        this.#isOver = true;
        this.#asked.shift();
        first.reject(error);
        continue;
      }
      this.#asked.shift();
      first.resolve(item);
    }
  }

  #item(): Item<T> | undefined {
    if (this.#isOver) return end();
    const value = this.#source.poll();
    if (value !== undefined) return { value, done: false };
    this.#isOver = this.#source.isOver();
    return this.#isOver ? end() : undefined;
  }

  #end({ failure }: Asked<T>): Item<T> {
    if (!this.#isOver) this.#source.stop(failure);
    this.#isOver = true;
    if (failure !== undefined) throw failure.thrown;
    return end();
  }
}

function end(): { value: undefined; done: true } {
  return { value: undefined, done: true };
}
