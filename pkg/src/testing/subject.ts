/** The store under test, with every answer checked against the contract. Knows nothing about what a case wants to learn. */

import type {
  DeleteResult,
  KeyPage,
  PutResult,
  Storage,
  StorageCapabilities,
  Stored,
  WriteOptions,
} from '../storage/types.js';

/** What a case fails with. The fault's name comes first, so that a runner's list of failures reads as a diagnosis. */
export class StorageFault extends Error {
  override readonly name = 'StorageFault';
  /** The fault alone: `lost write`, `stale read`, `torn value`, `altered value`, `condition ignored`, `wrong type` and so on. */
  readonly fault: string;

  constructor(fault: string, facts: string) {
    super(`${fault}: ${facts}`);
    this.fault = fault;
  }
}

/** Fails a case. */
export function fail(fault: string, facts: string): never {
  throw new StorageFault(fault, facts);
}

/** A checked store: each method answers by the contract or throws an error that names the fault. */
export class Subject {
  readonly capabilities: StorageCapabilities;
  readonly #storage: Storage;
  readonly #settle: () => unknown;
  /** What was put where, to tell an older value from an altered one. */
  readonly #written = new Map<string, Set<string>>();

  constructor(storage: Storage, settle: () => unknown) {
    if (typeof storage?.capabilities?.cas !== 'boolean') fail('wrong type', 'capabilities.cas is not a boolean');
    this.capabilities = storage.capabilities;
    this.#storage = storage;
    this.#settle = settle;
  }

  /** Compare-and-set is promised. */
  get cas(): boolean {
    return this.capabilities.cas;
  }

  async get(key: string): Promise<Stored | null> {
    if (this.capabilities.read === 'eventual') await this.#settle();
    const answer: unknown = await this.#storage.get(key);
    if (answer === null) return null;
    const { value, etag } = fieldsOf('get', answer);
    if (typeof value !== 'string') fail('wrong type', `get returned ${kindOf(value)} as the value`);
    if (typeof etag !== 'string') fail('wrong type', `get returned ${kindOf(etag)} as the etag`);
    return { value, etag };
  }

  async put(key: string, value: string, options?: WriteOptions): Promise<PutResult> {
    const answer: unknown = await this.#storage.put(key, value, options);
    const { conflict, etag } = fieldsOf('put', answer);
    if (conflict === true) return { conflict };
    this.#written.set(key, (this.#written.get(key) ?? new Set()).add(value));
    if (typeof etag !== 'string') fail('wrong type', `put returned ${kindOf(etag)} as the etag`);
    return { etag };
  }

  async delete(key: string, options?: WriteOptions): Promise<DeleteResult> {
    const answer: unknown = await this.#storage.delete(key, options);
    const { conflict, deleted } = fieldsOf('delete', answer);
    if (conflict === true) return { conflict };
    if (typeof deleted !== 'boolean') fail('wrong type', `delete returned ${kindOf(deleted)} as "deleted"`);
    return { deleted };
  }

  async list(prefix: string, options: { readonly cursor?: string | null; readonly limit: number }): Promise<KeyPage> {
    if (this.capabilities.list === 'eventual') await this.#settle();
    const answer: unknown = await this.#storage.list(prefix, options);
    const { keys, cursor } = fieldsOf('list', answer);
    if (!Array.isArray(keys)) fail('wrong type', `list returned ${kindOf(keys)} as the keys`);
    for (const key of keys as readonly unknown[]) {
      if (typeof key !== 'string') fail('wrong type', `list returned ${kindOf(key)} as a key`);
    }
    if (cursor !== undefined && cursor !== null && typeof cursor !== 'string') {
      fail('wrong type', `list returned ${kindOf(cursor)} as the cursor`);
    }
    return { keys: keys as string[], cursor: cursor ?? null };
  }

  /** Every key under a prefix, over all pages. Fails where a page is too long or a cursor comes again. */
  async listAll(prefix: string, limit: number): Promise<string[]> {
    const keys: string[] = [];
    const cursors = new Set<string>();
    let cursor: string | null = null;
    do {
      const page: KeyPage = await this.list(prefix, { cursor, limit });
      if (page.keys.length > limit) fail('limit ignored', `a page of at most ${limit} holds ${page.keys.length} keys`);
      keys.push(...page.keys);
      cursor = page.cursor ?? null;
      if (cursor !== null && cursors.has(cursor)) fail('endless listing', 'a cursor came a second time');
      if (cursor !== null) cursors.add(cursor);
    } while (cursor !== null);
    return keys;
  }

  /** Reads a key that must hold exactly `expected`, and says which fault it is if it does not. */
  async mustHold(key: string, expected: string): Promise<Stored> {
    const stored = await this.get(key);
    if (stored?.value === expected) return stored;
    for (let again = 0; again < 3; again += 1) {
      if ((await this.get(key))?.value === expected)
        fail('stale read', `the first read of ${key} missed an acknowledged write`);
    }
    if (stored === null) fail('lost write', `${key} reads as missing after an acknowledged write`);
    if (this.#written.get(key)?.has(stored.value) === true) {
      fail('lost write', `${key} holds an older value after an acknowledged write`);
    }
    const part = stored.value.length < expected.length && expected.startsWith(stored.value.slice(0, -1));
    if (part) fail('torn value', `${key} holds ${stored.value.length} of ${expected.length} characters`);
    fail('altered value', `${key} holds ${stored.value.length} characters that differ from the ${expected.length} put`);
  }

  /** A write that must go through; answers with the new etag. */
  async mustPut(key: string, value: string, options?: WriteOptions): Promise<string> {
    const done = await this.put(key, value, options);
    if ('conflict' in done) fail('false conflict', `put of ${key} was refused although its condition holds`);
    return done.etag;
  }
}

function fieldsOf(operation: string, answer: unknown): Record<string, unknown> {
  if (answer === null || typeof answer !== 'object' || isError(answer) || Array.isArray(answer)) {
    fail('wrong type', `${operation} returned ${kindOf(answer)}`);
  }
  return answer as Record<string, unknown>;
}

function isError(value: unknown): boolean {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (isError(value)) return 'an Error object';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
