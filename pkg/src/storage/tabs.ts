/**
 * Lets the tabs of a browser write one storage area in turn. A lock alone is not enough: each tab reads a copy of its own that
 * follows the others after a moment, and the lock arrives before that moment is over (436 of 4,000 increments of two tabs were
 * lost so in Chromium). So a writer counts its writes within the area and shows the count as the name of a second lock, which
 * every tab sees at once; whoever reads or writes next waits until the count has reached its own copy.
 */

import { failure } from './contract.js';

/** What is used of the Web Locks API. */
export interface Locks {
  request<T>(name: string, options: { readonly mode: 'exclusive' | 'shared' }, run: () => Promise<T>): Promise<T>;
  query(): Promise<{ readonly held?: readonly { readonly name?: string }[] }>;
}

interface Area {
  getItem(name: string): string | null;
  setItem(name: string, text: string): void;
}

/** How long the other tabs' writes may take to arrive. */
const PATIENCE_MS = 2000;
/** How long the count of a write is shown; then every tab has it. A page that holds a lock cannot be frozen for "back". */
const SHOWN_MS = 5000;
/** Fixed, so that counting never needs room that a full area lacks. */
const DIGITS = 16;

export class Tabs {
  readonly #area: Area;
  readonly #locks: Locks;
  readonly #count: string;
  readonly #turn: string;
  readonly #shown: string;
  #hide: () => void = () => undefined;

  constructor(area: Area, prefix: string, locks: Locks) {
    this.#area = area;
    this.#locks = locks;
    this.#count = `${prefix}count`;
    this.#turn = `${prefix}turn`;
    this.#shown = `${prefix}shown:`;
  }

  /** Looks at the area once every write acknowledged so far is in this tab's copy. */
  async read<T>(look: () => T): Promise<T> {
    await this.#arrived();
    return look();
  }

  /** Takes a turn at writing: nobody else writes from the first read of `step` until its write can be seen by all. */
  write<T extends object>(step: () => T): Promise<T> {
    return this.#locks.request(this.#turn, { mode: 'exclusive' }, async () => {
      const latest = await this.#arrived();
      // The room for the count is taken before the step, which then is the last thing that can fail for want of room.
      // With the latest count, not with zero: in an emptied area others would wait for what will not come.
      if (this.#area.getItem(this.#count) === null) this.#area.setItem(this.#count, digits(latest));
      const outcome = step();
      if ('conflict' in outcome) return outcome;
      // After the step: other tabs see the writes of one tab in their order, so whoever sees the count sees the step.
      this.#area.setItem(this.#count, digits(latest + 1));
      await this.#show(latest + 1);
      return outcome;
    });
  }

  /** Waits until this tab's copy has the latest count that any tab shows; answers with it. */
  async #arrived(): Promise<number> {
    const held = (await this.#locks.query()).held ?? [];
    const shown = held.map(({ name = '' }) =>
      name.startsWith(this.#shown) ? Number(name.slice(this.#shown.length)) : 0,
    );
    const latest = Math.max(0, ...shown);
    const start = Date.now();
    while (this.#counted() < latest) {
      if (Date.now() - start > PATIENCE_MS) {
        // No count at all after so long: somebody emptied the area, and there is nothing to wait for.
        if (this.#area.getItem(this.#count) === null) return latest;
        throw failure('storage_error', "The other tabs' writes do not arrive in this one.");
      }
      await new Promise<void>((resume) => setTimeout(resume, 1));
    }
    return Math.max(latest, this.#counted());
  }

  #counted(): number {
    return Number(this.#area.getItem(this.#count) ?? 0);
  }

  /** Shows a count in place of this tab's last one. */
  async #show(count: number): Promise<void> {
    const hideLast = this.#hide;
    await new Promise<void>((shown, refused) => {
      const hold = (): Promise<void> => {
        shown();
        return new Promise((hide) => {
          this.#hide = hide;
          setTimeout(hide, SHOWN_MS);
        });
      };
      this.#locks.request(`${this.#shown}${count}`, { mode: 'shared' }, hold).catch(refused);
    });
    hideLast();
  }
}

function digits(count: number): string {
  return String(count).padStart(DIGITS, '0');
}
