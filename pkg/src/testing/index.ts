/** The conformance kit for storage adapters. Needs no runner, no assertion library and no runtime of its own. */

import type { Storage } from '../storage/types.js';
import { alone, clear } from './cases.js';
import { races } from './races.js';
import { Subject } from './subject.js';

export { StorageFault } from './subject.js';

/** One case: run it under any runner; it rejects with a `StorageFault`, or with whatever the adapter threw. */
export interface StorageCase {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/** Makes the store under test. It may keep what earlier cases left: each case works under a prefix of its own and clears it. */
export type StorageFactory = () => Storage | Promise<Storage>;

/** How the kit meets a particular store. */
export interface StorageCaseOptions {
  /** Awaited before each read of a store that declares eventual reads or listings. Default: no wait. */
  readonly settle?: () => unknown;
}

/** What the kit needs of a runner: node:test, Vitest, Jest, Mocha's `it` as `test`, or a function of your own. */
export interface StorageTestRunner {
  readonly test: (name: string, run: () => Promise<void>) => unknown;
}

/**
 * The cases that every adapter must pass: values byte-identical, keys kept apart, listings complete, conditions honoured,
 * races with one winner, histories that some order explains. Where an adapter declares `cas: false` or eventual reads, the
 * cases assert what it still owes.
 *
 * @example
 * for (const { name, run } of storageCases(() => myStorage())) test(name, run);
 */
export function storageCases(factory: StorageFactory, options: StorageCaseOptions = {}): readonly StorageCase[] {
  const settle = options.settle ?? ((): void => undefined);
  return Object.entries({ ...alone, ...races }).map(([name, body], index) => ({
    name,
    run: async (): Promise<void> => {
      const store = new Subject(await factory(), settle);
      const under = `lm1/kit-${index}/`;
      await clear(store, under);
      await body(store, under);
    },
  }));
}

/**
 * Hands every case to a runner, each named after the store.
 *
 * @param runner Default: the global `test` of Vitest, Jest or Bun where there is one.
 * @throws TypeError where there is no runner.
 * @example
 * import { test } from 'node:test';
 * testStorage('my store', () => myStorage(), { test });
 */
export function testStorage(
  name: string,
  factory: StorageFactory,
  runner?: StorageTestRunner & StorageCaseOptions,
): void {
  const test = runner?.test ?? (globalThis as { test?: unknown }).test;
  if (typeof test !== 'function') throw new TypeError('testStorage needs a runner: pass { test }.');
  for (const item of storageCases(factory, runner)) test(`${name}: ${item.name}`, item.run);
}
