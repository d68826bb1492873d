// Tokens: `lmt1.<claims>.<signature>`, both in base64url. They are checked with a key and a clock, and stored nowhere.

import { invalid } from '../errors.js';
import { random } from '../sealing/platform.js';
import { toBase64Url } from './base64url.js';
import { checked, HEAD, MAX_TOKEN, tokenKeys } from './claims.js';
import { KEY_BYTES, KEY_HEAD, mac, tokenKey } from './mac.js';
import type { MintOptions, TokenClaims, TokenLimits, VerifyOptions } from './types.js';

const MAX_LIFE = 86_400;
const DEFAULT_LIFE = 600;
const MAX_PATTERNS = 64;
const MAX_TEXT = 256;

const encoder = { encode: (text: string) => new TextEncoder().encode(text) };

/** A fresh token key in its printed form. Keep it where your platform keeps secrets: whoever has it can make tokens. */
export function generateTokenKey(): string {
  return KEY_HEAD + toBase64Url(random(KEY_BYTES));
}

/**
 * A token for one product and environment, to be given to a page or an app by its own server. It holds no provider key.
 *
 * @example
 * ```ts
 * const token = await mintToken({ key, product: 'shop', env: 'prd', models: ['support', 'draft-*'], subject: user.id });
 * ```
 * @throws DuctapeError `invalid_input` naming the field.
 */
export async function mintToken(options: MintOptions): Promise<string> {
  const { key, expiresInSeconds = DEFAULT_LIFE } = options;
  if (!Number.isInteger(expiresInSeconds) || expiresInSeconds < 1 || expiresInSeconds > MAX_LIFE) {
    throw invalid('expiresInSeconds', `an integer from 1 to ${MAX_LIFE}`);
  }
  const iat = Math.floor(Date.now() / 1000);
  const claims: TokenClaims = {
    id: toBase64Url(random(12)),
    product: text(options.product, 'product'),
    env: text(options.env, 'env'),
    models: patterns(options.models, 'models'),
    agents: patterns(options.agents, 'agents'),
    limits: limits(options.limits),
    subject: options.subject === undefined ? undefined : text(options.subject, 'subject'),
    iat,
    exp: iat + expiresInSeconds,
  };
  const signed = HEAD + toBase64Url(encoder.encode(JSON.stringify(claims)));
  const signature = await mac(await tokenKey(key, 'key'), encoder.encode(signed));
  const token = `${signed}.${toBase64Url(signature)}`;
  if (token.length > MAX_TOKEN) throw invalid('models', 'fewer or shorter patterns');
  return token;
}

/**
 * What a token may do, once its signature, its end and `revoked` were looked at, in this order.
 *
 * @throws DuctapeError `auth_failed` with `details.reason`: `malformed`, `signature`, `expired` or `revoked`; what
 * `revoked` throws; `invalid_input` for a key that is none.
 */
export async function verifyToken(token: string, options: VerifyOptions): Promise<TokenClaims> {
  const given = options.keys ?? (options.key === undefined ? [] : [options.key]);
  if (given.length === 0) throw invalid('key', 'a token key');
  const keys = await tokenKeys(given);
  return checked(token, keys, options.now ?? Date.now(), options.revoked);
}

function text(value: unknown, path: string): string {
  if (typeof value !== 'string' || value === '' || value.length > MAX_TEXT) {
    throw invalid(path, `a text of 1 to ${MAX_TEXT} characters`);
  }
  return value;
}

function patterns(value: unknown, path: string): string[] | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || value.length > MAX_PATTERNS) {
    throw invalid(path, `a list of at most ${MAX_PATTERNS} tags or patterns`);
  }
  return value.map((item, at) => text(item, `${path}[${at}]`));
}

function limits(value: TokenLimits | undefined): TokenLimits | undefined {
  const maxTokens: unknown = value?.maxTokens;
  if (maxTokens === undefined) return undefined;
  if (!Number.isSafeInteger(maxTokens) || (maxTokens as number) < 1) {
    throw invalid('limits.maxTokens', 'an integer of at least 1');
  }
  return { maxTokens: maxTokens as number };
}
