// What a store of records is. It knows no store and no record: keys are paths, values are opaque texts.

/** A stored value with the tag of its version. */
export interface StoredValue {
  /** The text exactly as it was put. */
  value: string;
  /** Changes with every put. A store without compare-and-set may leave it out. */
  etag?: string;
}

/** The condition of a write. */
export interface WriteOptions {
  /** `null`: the key must not exist. A text: the stored version must have this etag. Absent: no condition. */
  ifMatch?: string | null;
}

/** How a put ended: written, or refused by its condition. A store without compare-and-set may give nothing. */
export type PutResult = { etag: string; conflict?: undefined } | { conflict: true };

/** How a delete ended. An absent key without a condition counts as deleted. */
export type DeleteResult = { deleted: boolean; conflict?: undefined } | { conflict: true };

/** Which page of a listing. */
export interface ListOptions {
  /** Where the last page said that the next one starts. */
  cursor?: string;
  /** At most so many keys. */
  limit?: number;
}

/** One page of a listing. */
export interface ListResult {
  /** Keys that start with the prefix, in any order. */
  keys: string[];
  /** Where the next page starts; absent or `null` at the end. */
  cursor?: string | null;
}

/** What a store promises. Only `cas` changes how the library behaves; the rest is for people. */
export interface StorageCapabilities {
  /** Conditional writes are honoured. */
  cas: boolean;
  /** Whether a read sees every earlier write. */
  read?: 'strong' | 'eventual';
  /** Whether a listing sees every earlier write. */
  list?: 'strong' | 'eventual';
  /** A value is never seen half written. */
  atomicWrite?: boolean;
  /** The longest key, in bytes. */
  maxKeyBytes?: number;
  /** The longest value, in bytes. */
  maxValueBytes?: number;
  /** The shortest time between two writes of one key, in milliseconds. */
  minWriteIntervalMs?: number;
}

/** A value, or a promise of one. */
export type MaybePromise<T> = T | Promise<T>;

/**
 * Where records live. Every function may answer at once or with a promise; a failure is thrown, never returned.
 * `ductape-models/testing` has the suite that every store should pass.
 */
export interface Storage {
  /** What this store promises. */
  readonly capabilities: StorageCapabilities;
  /** The value under `key`, or `null`. */
  get(key: string): MaybePromise<StoredValue | null | undefined>;
  /** Writes `value` if the condition holds. */
  put(key: string, value: string, options?: WriteOptions): MaybePromise<PutResult | undefined>;
  /** Deletes `key` if the condition holds. */
  delete(key: string, options?: WriteOptions): MaybePromise<DeleteResult | undefined>;
  /** Up to `limit` keys that start with `prefix`. */
  list(prefix: string, options?: ListOptions): MaybePromise<ListResult>;
}

/** The four functions of a plain key-value store. */
export interface StorageCallback {
  /** The text under `key`; `null` or `undefined` where there is none. */
  get(key: string): MaybePromise<string | null | undefined>;
  /** Writes `value`, whatever was there. */
  set(key: string, value: string): MaybePromise<unknown>;
  /** Deletes `key`; an absent one is no failure. */
  delete(key: string): MaybePromise<unknown>;
  /** Every key that starts with `prefix`. */
  list(prefix: string): MaybePromise<string[]>;
}
