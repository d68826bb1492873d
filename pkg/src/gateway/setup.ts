// A gateway's options, checked and made ready once: keys imported, bounds filled in.

import { invalid } from '../errors.js';
import { type Admin, adminsOf } from './admin-key.js';
import { tokenKeys } from './claims.js';
import type { MacKey } from './mac.js';
import type { GatewayLimits, GatewayOptions, TokenKey } from './types.js';

const DEFAULTS = {
  bodyBytes: 4 * 1024 * 1024,
  bodyMs: 30_000,
  headerBytes: 16_384,
  concurrent: Number.POSITIVE_INFINITY,
} as const;

/** Options ready for use, and what is under way. */
export interface Setup {
  readonly options: GatewayOptions;
  readonly keys: readonly MacKey[];
  readonly admins: readonly Admin[];
  readonly origins: readonly string[];
  readonly limits: Required<GatewayLimits>;
  /** Requests that are not over. */
  active: number;
}

export async function setupOf(options: GatewayOptions): Promise<Setup> {
  const { auth, ductape } = options;
  if (typeof ductape?.generate !== 'function') throw invalid('ductape', 'a client');
  if (auth?.tokenKey === undefined) throw invalid('auth.tokenKey', 'a token key; generateTokenKey() makes one');
  return {
    options,
    keys: await tokenKeys(ringOf(auth.tokenKey)),
    admins: await adminsOf(auth.adminKey),
    origins: originsOf(options.cors),
    limits: limitsOf(options.limits),
    active: 0,
  };
}

function ringOf(given: GatewayOptions['auth']['tokenKey']): readonly TokenKey[] {
  if (typeof given === 'string' || given instanceof Uint8Array) return [given];
  return [given.primary, ...(given.others ?? [])];
}

function originsOf(cors: GatewayOptions['cors']): readonly string[] {
  const origins: unknown = cors?.origins ?? [];
  if (!Array.isArray(origins)) throw invalid('cors.origins', 'a list of origins');
  origins.forEach((origin, at) => {
    if (origin !== '*' && !isOrigin(origin)) {
      throw invalid(`cors.origins[${at}]`, 'an origin such as https://app.example.com, or *');
    }
  });
  return origins as string[];
}

function isOrigin(text: unknown): boolean {
  try {
    return typeof text === 'string' && new URL(text).origin === text;
  } catch {
    return false;
  }
}

function limitsOf(given: GatewayLimits = {}): Required<GatewayLimits> {
  const limits = { ...DEFAULTS } as Required<GatewayLimits>;
  for (const name of Object.keys(DEFAULTS) as (keyof GatewayLimits)[]) {
    const value = given[name];
    if (value === undefined) continue;
    if (!Number.isSafeInteger(value) || value < 1) throw invalid(`limits.${name}`, 'an integer of at least 1');
    limits[name] = value;
  }
  return limits;
}
