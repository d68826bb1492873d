// What a token says, once its signature, its end and the list of revoked ones were looked at.

import { DuctapeError } from '../errors.js';
import { fromBase64Url } from './base64url.js';
import { isMac, type MacKey, tokenKey } from './mac.js';
import type { Revoked, TokenClaims, TokenKey } from './types.js';

/** What every token starts with. */
export const HEAD = 'lmt1.';

/** The longest token. */
export const MAX_TOKEN = 8192;

const encoder = { encode: (text: string) => new TextEncoder().encode(text) };

/** Keys ready for use. */
export function tokenKeys(keys: readonly TokenKey[]): Promise<MacKey[]> {
  return Promise.all(keys.map((key, at) => tokenKey(key, at === 0 ? 'key' : `keys[${at}]`)));
}

/** `verifyToken` with keys that are ready for use. */
export async function checked(
  token: string,
  keys: readonly MacKey[],
  now: number,
  revoked: Revoked | undefined,
): Promise<TokenClaims> {
  const claims = await signedClaims(token, keys);
  if (!(claims.exp * 1000 > now)) throw refused('expired', 'the token has expired');
  if (revoked !== undefined && (await revoked(claims.id, claims)) !== false) {
    throw refused('revoked', 'the token was revoked');
  }
  return claims;
}

async function signedClaims(token: string, keys: readonly MacKey[]): Promise<TokenClaims> {
  const parts = typeof token === 'string' && token.length <= MAX_TOKEN ? token.split('.') : [];
  const [head, body, signature] = parts;
  const claims = body === undefined ? undefined : fromBase64Url(body);
  const signed = signature === undefined ? undefined : fromBase64Url(signature);
  if (parts.length !== 3 || `${head}.` !== HEAD || claims === undefined || signed === undefined) {
    throw refused('malformed', 'this is no token of a gateway');
  }
  const data = encoder.encode(HEAD + body);
  for (const key of keys) if (await isMac(key, signed, data)) return readClaims(claims);
  throw refused('signature', 'the token was not signed with a key of this gateway');
}

/** Only what this code signed comes here; a later version may have signed more. */
function readClaims(bytes: Uint8Array): TokenClaims {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const claims = JSON.parse(decoder.decode(bytes)) as TokenClaims;
  if (typeof claims.product !== 'string' || typeof claims.env !== 'string' || typeof claims.exp !== 'number') {
    throw refused('malformed', 'this is no token of a gateway');
  }
  return Object.assign(Object.create(null) as TokenClaims, claims);
}

function refused(reason: string, message: string): DuctapeError {
  return new DuctapeError({ code: 'auth_failed', message, details: { reason } });
}
