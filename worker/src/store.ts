/**
 * The store: one Durable Object with SQLite, whose rows are opaque texts under opaque keys. Compare-and-set by etag.
 * Does not know what a model is, and never sees a key in plain.
 */
import { DurableObject } from 'cloudflare:workers';

/** What a conditional write expects: an etag, `null` for "must not exist", `undefined` for "whatever is there". */
export type IfMatch = string | null | undefined;

/** The outcome of a write whose condition may fail. */
export type WriteOutcome = { written: true; etag: string } | { written: false };

export class ModelStore extends DurableObject {
  constructor(ctx: DurableObjectState, env: unknown) {
    super(ctx, env as never);
    ctx.storage.sql.exec(
      'CREATE TABLE IF NOT EXISTS records (key TEXT PRIMARY KEY, value TEXT NOT NULL, etag TEXT NOT NULL) WITHOUT ROWID',
    );
  }

  get(key: string): { value: string; etag: string } | null {
    return (
      this.ctx.storage.sql
        .exec<{ value: string; etag: string }>('SELECT value, etag FROM records WHERE key = ?', key)
        .toArray()[0] ?? null
    );
  }

  put(key: string, value: string, ifMatch: IfMatch): WriteOutcome {
    // A random etag, not a counter: a record that was deleted and made anew must not match an old one.
    const etag = crypto.randomUUID();
    return this.ctx.storage.transactionSync(() => {
      if (!this.matches(key, ifMatch)) return { written: false };
      this.ctx.storage.sql.exec('INSERT OR REPLACE INTO records (key, value, etag) VALUES (?, ?, ?)', key, value, etag);
      return { written: true, etag };
    });
  }

  delete(key: string, ifMatch: IfMatch): boolean {
    return this.ctx.storage.transactionSync(() => {
      if (!this.matches(key, ifMatch)) return false;
      this.ctx.storage.sql.exec('DELETE FROM records WHERE key = ?', key);
      return true;
    });
  }

  /** Keys in byte order; `cursor` is the last key of the page before, `null` at the end. */
  list(prefix: string, cursor: string, limit: number): { keys: string[]; cursor: string | null } {
    const rows = this.ctx.storage.sql
      .exec<{ key: string }>(
        'SELECT key FROM records WHERE key >= ?1 AND key > ?2 AND substr(key, 1, length(?1)) = ?1 ORDER BY key LIMIT ?3',
        prefix,
        cursor,
        limit + 1,
      )
      .toArray();
    const keys = rows.slice(0, limit).map((row) => row.key);
    return { keys, cursor: rows.length > limit ? (keys.at(-1) ?? null) : null };
  }

  private matches(key: string, ifMatch: IfMatch): boolean {
    if (ifMatch === undefined) return true;
    const etag = this.get(key)?.etag ?? null;
    return etag === ifMatch;
  }
}
