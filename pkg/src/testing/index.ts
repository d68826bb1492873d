/** The conformance kit for storage adapters. Needs no runner, no assertion library and no runtime of its own. */

import type { Storage } from '../storage/types.js';
import { beneath, type StorageHooks } from './beneath.js';
import { alone, clear, type Proof } from './cases.js';
import { races } from './races.js';
import { type StorageSizes, sizesOf } from './sizes.js';
import { Subject } from './subject.js';

export type { StorageHooks } from './beneath.js';
export { type ClientCaseOptions, type ClientClass, clientStorageCases } from './client.js';
export { LONG_SIZES, type StorageSizes } from './sizes.js';
export { StorageFault } from './subject.js';

/** One case: run it under any runner; it rejects with a `StorageFault`, or with whatever the adapter threw. */
export interface StorageCase {
  readonly name: string;
  /** The points of the contract that it proves, as docs/stores/kit.md numbers them. */
  readonly points: readonly number[];
  readonly run: () => Promise<void>;
}

/** Makes the store under test. It may keep what earlier cases left: each case works under a prefix of its own and clears it. */
export type StorageFactory = () => Storage | Promise<Storage>;

/** How the kit meets a particular store. */
export interface StorageCaseOptions extends StorageHooks {
  /** Awaited before each read of a store that declares eventual reads or listings. Default: no wait. */
  readonly settle?: () => unknown;
  /** How much to do, over the defaults; `LONG_SIZES` is the form for proofs. */
  readonly sizes?: Partial<StorageSizes>;
}

/** What the kit needs of a runner: node:test, Vitest, Jest, Mocha's `it` as `test`, or a function of your own. */
export interface StorageTestRunner {
  readonly test: (name: string, run: () => Promise<void>) => unknown;
}

/**
 * The cases that every adapter must pass: values byte-identical, keys kept apart, listings complete, conditions honoured,
 * races with one winner, histories that some order explains; and, with hooks that reach beneath the store, failures thrown,
 * torn values refused, foreign items passed over. Where an adapter declares `cas: false` or eventual reads, the cases assert
 * what it still owes.
 *
 * @throws RangeError where a size is not a whole number of at least 1.
 * @example
 * for (const { name, run } of storageCases(() => myStorage())) test(name, run);
 */
export function storageCases(factory: StorageFactory, options: StorageCaseOptions = {}): readonly StorageCase[] {
  const settle = options.settle ?? ((): void => undefined);
  const sizes = sizesOf(options.sizes);
  const proofs: Readonly<Record<string, Proof>> = { ...alone, ...races, ...beneath(options) };
  return Object.entries(proofs).map(([name, { points, body }], index) => ({
    name,
    points,
    run: async (): Promise<void> => {
      const store = new Subject(await factory(), settle);
      const under = `lm1/kit-${index}/`;
      await clear(store, under);
      await body(store, under, sizes);
      await clear(store, under);
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
