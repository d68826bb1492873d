/** How much the kit does. Knows nothing about stores. */

/** How often and with how many callers the cases run. All are whole numbers of at least 1. */
export interface StorageSizes {
  /** Increments of one counter, over all writers. Default 1,000. */
  readonly increments: number;
  /** Callers that increment at once; one where the store has no compare-and-set. Default 10. */
  readonly writers: number;
  /** Callers that race to create one key. Default 64. */
  readonly creators: number;
  /** Keys of the big listing. Default 1,000. */
  readonly keys: number;
  /** Recorded histories of 20 calls each. Default 15. */
  readonly histories: number;
  /** Races of an update and a delete. Default 20. */
  readonly races: number;
  /** Rewrites of one value under its readers. Default 60. */
  readonly rewrites: number;
}

/** What runs unless told otherwise: seconds over any store. */
export const DEFAULT_SIZES: StorageSizes = Object.freeze({
  increments: 1000,
  writers: 10,
  creators: 64,
  keys: 1000,
  histories: 15,
  races: 20,
  rewrites: 60,
});

/** The long form, for proofs: 10,000 increments by 64 writers, 10,000 keys. */
export const LONG_SIZES: StorageSizes = Object.freeze({
  increments: 10_000,
  writers: 64,
  creators: 64,
  keys: 10_000,
  histories: 200,
  races: 200,
  rewrites: 300,
});

/** The sizes given over the default ones. */
export function sizesOf(given: Partial<StorageSizes> = {}): StorageSizes {
  const sizes = { ...DEFAULT_SIZES, ...given };
  for (const [name, size] of Object.entries(sizes)) {
    if (!Number.isSafeInteger(size) || size < 1)
      throw new RangeError(`sizes.${name} must be a whole number of at least 1.`);
  }
  return sizes;
}
