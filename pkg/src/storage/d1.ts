/** Keeps records in one table of a D1 database, with compare-and-set. Knows SQL, not what a record holds. */

import { checkKey, checkLimit, checkValue, failure, strong } from './checks.js';
import type { DeleteResult, KeyPage, PutResult, Storage, Stored, WriteOptions } from './types.js';

/** The part of a D1 binding that is used. A `D1Database` fits. */
export interface D1Binding extends D1Queries {
  /** Absent where the runtime is older than D1's sessions; then every query runs on the primary anyway. */
  withSession?(constraint: 'first-primary'): D1Queries;
}

/** What prepares statements: a database or a session of it. */
export interface D1Queries {
  prepare(sql: string): D1Statement;
}

/** A prepared statement. */
export interface D1Statement {
  bind(...values: readonly (string | number)[]): D1Statement;
  run(): Promise<{ readonly meta: { readonly changes: number } }>;
  all<Row>(): Promise<{ readonly results: readonly Row[] }>;
}

/** Where the records lie. */
export interface D1StorageOptions {
  /** The table: letters, digits and `_`, at most 63, not beginning with a digit, `sqlite_`, `_cf_` or `d1_`. Default `ductape_records`. */
  readonly table?: string;
}

/** D1 allows rows of 2,000,000 bytes; the rest is for the key, the etag and the row's own bytes. */
const MAX_VALUE_BYTES = 1_999_000;
const TABLE = /^(?!sqlite_|_cf_|d1_)[a-z_][a-z0-9_]{0,62}$/i;

/**
 * A store in a D1 database: compare-and-set by one statement with a condition, strong reads and listings, all from the
 * primary. The table is made on first use, by a statement that does nothing where it exists:
 *
 * ```sql
 * CREATE TABLE IF NOT EXISTS "ductape_records"
 *   (key TEXT PRIMARY KEY, value TEXT NOT NULL, etag TEXT NOT NULL) WITHOUT ROWID
 * ```
 *
 * Every call opens a session of its own with `first-primary`: only a session's first query is sure to run there, and a
 * session that lives on may read from a replica what others have changed since
 * (https://developers.cloudflare.com/d1/best-practices/read-replication/).
 *
 * Keys: 1 to 512 bytes. Values: up to 1,999,000 bytes, as a row takes 2 MB; a database holds 10 GB, on the free plan 500 MB
 * (https://developers.cloudflare.com/d1/platform/limits/).
 *
 * Methods throw `invalid_input` (a key or value outside these limits), `storage_contract` (an answer that D1 does not give),
 * or `storage_error` with `operation`, `retryable`, and SQLite's word for it as `reason` where there is one. A write that
 * failed may have been applied all the same.
 *
 * @throws `invalid_input` for a table name outside the rule above.
 * @example
 * const ductape = new Ductape({ product: 'shop', privateKey: env.PRODUCT_KEY, storage: d1Storage(env.DB) });
 */
export function d1Storage(database: D1Binding, options: D1StorageOptions = {}): Storage {
  const { table = 'ductape_records' } = options;
  if (typeof table !== 'string' || !TABLE.test(table)) {
    throw failure(
      'invalid_input',
      'table: expected a name of letters, digits and "_", and none that SQLite or D1 reserve',
    );
  }
  const records = new Records(database, statementsFor(table));

  return Object.freeze({
    capabilities: strong(MAX_VALUE_BYTES),
    async get(key: string): Promise<Stored | null> {
      checkKey(key);
      const [row] = await records.rows<Stored>('get', 'read', [key]);
      return row === undefined ? null : { value: row.value, etag: row.etag };
    },
    async put(key: string, value: string, condition?: WriteOptions): Promise<PutResult> {
      checkKey(key);
      checkValue(value, MAX_VALUE_BYTES);
      const etag = crypto.randomUUID();
      const changed = await records.put(key, value, etag, condition?.ifMatch);
      return changed === 0 ? { conflict: true } : { etag };
    },
    async delete(key: string, condition?: WriteOptions): Promise<DeleteResult> {
      checkKey(key);
      const ifMatch = condition?.ifMatch;
      if (ifMatch === undefined) return { deleted: (await records.changes('delete', 'remove', [key])) > 0 };
      if (ifMatch !== null) {
        return (await records.changes('delete', 'removeMatching', [key, ifMatch])) > 0
          ? { deleted: true }
          : { conflict: true };
      }
      return (await records.rows('delete', 'read', [key])).length > 0 ? { conflict: true } : { deleted: false };
    },
    async list(prefix: string, page: { readonly cursor?: string | null; readonly limit: number }): Promise<KeyPage> {
      const { cursor, limit } = page;
      checkLimit(limit);
      const rows = await records.rows<{ key: string }>('list', 'list', [prefix, cursor ?? '', limit + 1]);
      const keys = rows.slice(0, limit).map((row) => row.key);
      return { keys, cursor: rows.length > limit ? (keys.at(-1) ?? null) : null };
    },
  });
}

type Statements = ReturnType<typeof statementsFor>;
type Name = Exclude<keyof Statements, 'create'>;
type Values = readonly (string | number)[];

/** Each write is one statement, so that its condition and its effect cannot be parted. */
function statementsFor(table: string) {
  const name = `"${table}"`;
  const insert = `INSERT INTO ${name} (key, value, etag) VALUES (?1, ?2, ?3) ON CONFLICT (key)`;
  return {
    create: `CREATE TABLE IF NOT EXISTS ${name} (key TEXT PRIMARY KEY, value TEXT NOT NULL, etag TEXT NOT NULL) WITHOUT ROWID`,
    read: `SELECT value, etag FROM ${name} WHERE key = ?1`,
    write: `${insert} DO UPDATE SET value = excluded.value, etag = excluded.etag`,
    insert: `${insert} DO NOTHING`,
    update: `UPDATE ${name} SET value = ?2, etag = ?3 WHERE key = ?1 AND etag = ?4`,
    remove: `DELETE FROM ${name} WHERE key = ?1`,
    removeMatching: `DELETE FROM ${name} WHERE key = ?1 AND etag = ?2`,
    // A range of the primary key and nothing else, since D1 bills the rows that a query reads: no text's bytes reach FF,
    // so prefix and FF end the prefix; a cursor and a zero byte begin what follows the cursor.
    list: `SELECT key FROM ${name} WHERE key >= max(?1, ?2 || char(0)) AND key < ?1 || CAST(X'FF' AS TEXT) ORDER BY key LIMIT ?3`,
  } as const;
}

/** The table: made once, read and written by statement. */
class Records {
  readonly #database: D1Binding;
  readonly #statements: Statements;
  #made: Promise<unknown> | undefined;

  constructor(database: D1Binding, statements: Statements) {
    this.#database = database;
    this.#statements = statements;
  }

  put(key: string, value: string, etag: string, ifMatch: string | null | undefined): Promise<number> {
    if (ifMatch === undefined) return this.changes('put', 'write', [key, value, etag]);
    if (ifMatch === null) return this.changes('put', 'insert', [key, value, etag]);
    return this.changes('put', 'update', [key, value, etag, ifMatch]);
  }

  /** Rows that a write changed. Without that number nobody knows whether the condition held. */
  async changes(operation: string, name: Name, values: Values): Promise<number> {
    const { meta } = await this.#query(operation, name, values, (statement) => statement.run());
    if (!Number.isSafeInteger(meta?.changes)) {
      throw failure('storage_contract', 'D1 did not say how many rows it changed.', { operation });
    }
    return meta.changes;
  }

  async rows<Row>(operation: string, name: Name, values: Values): Promise<readonly Row[]> {
    const { results } = await this.#query(operation, name, values, (statement) => statement.all<Row>());
    if (!Array.isArray(results)) throw failure('storage_contract', 'D1 gave no rows.', { operation });
    return results;
  }

  async #query<T>(
    operation: string,
    name: Name,
    values: Values,
    run: (statement: D1Statement) => Promise<T>,
  ): Promise<T> {
    try {
      this.#made ??= this.#database.prepare(this.#statements.create).run();
      await this.#made;
      const session = this.#database.withSession?.('first-primary') ?? this.#database;
      return await run(session.prepare(this.#statements[name]).bind(...values));
    } catch (error) {
      // Whatever it was, the table may be gone: the next call makes sure of it again.
      this.#made = undefined;
      throw refusal(operation, error);
    }
  }
}

/** SQLite's word for a failure is all that is kept of D1's error: its text may quote what was bound. */
function refusal(operation: string, error: unknown): Error {
  const reason = /\bSQLITE_[A-Z_]+\b/.exec(error instanceof Error ? error.message : '')?.[0];
  const retryable = reason === undefined || /^SQLITE_(BUSY|LOCKED)/.test(reason);
  const told = reason === undefined ? '' : `: ${reason}`;
  return failure('storage_error', `D1 failed in ${operation}${told}.`, { operation, reason, retryable });
}
