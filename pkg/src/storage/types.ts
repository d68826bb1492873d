/** What a store must do, and what it may promise. Values are opaque text; keys are ASCII of at most 512 bytes. */

/** A stored value with the tag of its version. */
export interface Stored {
  /** The text exactly as it was put. */
  readonly value: string;
  /** Changes with every put. */
  readonly etag: string;
}

/** The condition of a write: an etag that must match, `null` for "must not exist", absent for none. */
export interface WriteOptions {
  readonly ifMatch?: string | null | undefined;
}

/** How a write went: done, with the new version's tag, or refused because the condition did not hold. */
export type PutResult = { readonly etag: string } | { readonly conflict: true };

/** How a delete went. Deleting an absent key without a condition is done, not refused. */
export type DeleteResult = { readonly deleted: boolean } | { readonly conflict: true };

/** One page of a listing. */
export interface KeyPage {
  readonly keys: readonly string[];
  /** Where the next page starts; absent or `null` at the end. */
  readonly cursor?: string | null | undefined;
}

/** What a store promises. */
export interface StorageCapabilities {
  /** `put` and `delete` honour `ifMatch` atomically. */
  readonly cas: boolean;
  /** A read sees every earlier write. Default `'strong'`. */
  readonly read?: 'strong' | 'eventual';
  /** A listing sees every earlier write. Default `'strong'`. */
  readonly list?: 'strong' | 'eventual';
  /** A value is never seen half written. */
  readonly atomicWrite?: boolean;
  /** The longest key, in bytes. */
  readonly maxKeyBytes?: number;
  /** The longest value, in bytes. */
  readonly maxValueBytes?: number;
  /** How long one key must rest between two writes, in milliseconds. Absent: not at all. */
  readonly minWriteIntervalMs?: number;
}

type MaybePromise<T> = T | Promise<T>;

/**
 * A store of opaque text. Every method may answer with a value or a promise; failures are thrown, never returned. A store that is
 * full throws an error with `code: 'quota_exceeded'`, one that asks to slow down one with `code: 'rate_limited'`.
 */
export interface Storage {
  readonly capabilities: StorageCapabilities;
  get(key: string): MaybePromise<Stored | null>;
  put(key: string, value: string, options?: WriteOptions): MaybePromise<PutResult>;
  delete(key: string, options?: WriteOptions): MaybePromise<DeleteResult>;
  list(prefix: string, options: { readonly cursor?: string | null; readonly limit: number }): MaybePromise<KeyPage>;
}

/** Four plain functions over any key-value store; used as a store without compare-and-set. */
export interface StorageCallback {
  get(key: string): MaybePromise<string | null | undefined>;
  set(key: string, value: string): MaybePromise<unknown>;
  delete(key: string): MaybePromise<unknown>;
  list(prefix: string): MaybePromise<readonly string[]>;
}
