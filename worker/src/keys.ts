/** The Worker's secrets as keys. Errors name the secret and never its value. */
import { DuctapeError, type Keyring } from 'ductape-models';
import type { GatewayAuth } from 'ductape-models/gateway';
import { openWith } from 'ductape-models/sealing';
import type { Env } from './env';

/** Says what the derived key is for; setup.mjs derives the same. */
const TOKEN_KEY_LABEL = 'ductape-models gateway token key 1';

/** What opens and seals provider keys. */
export function productKeys(env: Env): Keyring {
  const [primary, ...others] = listed(required(env.PRODUCT_KEY, 'PRODUCT_KEY'));
  const sealing = env.SEALING_KEY ? [openWith(env.SEALING_KEY.trim())] : [];
  return { primary: primary as string, others, sealing };
}

/** Who is let in. */
export async function auth(env: Env): Promise<GatewayAuth> {
  const adminKey = required(env.ADMIN_KEY, 'ADMIN_KEY');
  return { adminKey, tokenKey: await tokenKeys(env) };
}

/** The keys that sign tokens. Without one of their own they follow from the admin key, which they do not reveal. */
export async function tokenKeys(env: Env): Promise<{ primary: string | Uint8Array; others: string[] }> {
  const [primary, ...others] = listed(env.TOKEN_KEY ?? '');
  if (primary !== undefined) return { primary, others };
  const encoder = new TextEncoder();
  const admin = encoder.encode(required(env.ADMIN_KEY, 'ADMIN_KEY'));
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', admin, hmac, false, ['sign']);
  const derived = await crypto.subtle.sign('HMAC', key, encoder.encode(TOKEN_KEY_LABEL));
  return { primary: new Uint8Array(derived), others: [] };
}

function required(value: string | undefined, name: string): string {
  const text = value?.trim() ?? '';
  if (text === '') throw missing(`the secret ${name} is missing; npx wrangler secret put ${name} sets it`);
  return text;
}

function listed(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** A binding, variable or secret that is not there or cannot be used; whoever calls is told its name. */
export function missing(what: string): DuctapeError {
  return new DuctapeError({ code: 'invalid_input', message: what });
}
