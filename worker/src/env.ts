/** What the Worker is given: bindings, variables and secrets of wrangler.jsonc. docs/deploy.md explains each. */
import type { ModelStore } from './store';

export interface Env {
  /** Secret. Seals provider keys: one product key, or several parted by commas, of which the first seals. */
  PRODUCT_KEY: string;
  /** Secret. Opens the admin routes; at least 32 characters. */
  ADMIN_KEY: string;
  /** Secret. Signs tokens: one token key, or several parted by commas, of which the first is the one in use. Default: made from ADMIN_KEY. */
  TOKEN_KEY?: string;
  /** Secret. The private half of a sealing key, where pages or jobs write with its public half. */
  SEALING_KEY?: string;
  /** `durable-object`, the default, or `d1`. */
  STORAGE?: string;
  /** The Durable Object's name. Default `models`. */
  STORE_NAME?: string;
  STORE?: DurableObjectNamespace<ModelStore>;
  DB?: D1Database;
  /** Copies of records, used where CACHE_SECONDS is more than 0. */
  CACHE?: KVNamespace;
  /** The oldest copy of a record that is used, in seconds. Default 0: every call reads the store. */
  CACHE_SECONDS?: string;
  /** How much older a copy may be while the store is down, in seconds. Default 0. */
  STALE_IF_ERROR_SECONDS?: string;
  /** Counts requests by token. */
  RATE_LIMIT?: RateLimit;
  /** The product of the admin routes. Default: the request's `?product=`. */
  PRODUCT?: string;
  /** Pages of other origins that may call with a token, parted by commas. */
  CORS_ORIGINS?: string;
  /** `off` for no lines about requests. */
  LOG?: string;
}
