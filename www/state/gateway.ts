/** The gateway behind this page, where there is one: its public key, and short tokens for calls. */
import { beside } from './site';

/** What was found at `api/public-key`. */
export type Probe = { available: true; publicKey: string; product: string } | { available: false; reason: string };

interface Token {
  token: string;
  expiresAt: number;
}

// A token that is about to end would end within the call.
const SPARE_MS = 5000;
const GATEWAY_PRODUCT = 'demo';
const tokens = new Map<string, Token>();

/** Asks once whether a gateway answers here. Never throws. */
export async function probeGateway(): Promise<Probe> {
  const answer = await fetch(beside('api/public-key')).catch(() => null);
  if (answer === null) return missing('Nothing answers at api/public-key.');
  if (!answer.ok) {
    return missing(`api/public-key answers ${answer.status}: static hosting has no gateway. npm start brings one.`);
  }
  const body = (await answer.json().catch(() => null)) as { publicKey?: unknown; product?: unknown } | null;
  if (typeof body?.publicKey !== 'string') return missing('The gateway has no sealing key to store API keys under.');
  return {
    available: true,
    publicKey: body.publicKey,
    product: typeof body.product === 'string' ? body.product : GATEWAY_PRODUCT,
  };
}

/** A token for one environment, kept in this page's memory until it ends. */
export async function tokenFor(env: string, signal: AbortSignal): Promise<string> {
  const held = tokens.get(env);
  if (held !== undefined && held.expiresAt - SPARE_MS > Date.now()) return held.token;
  const answer = await fetch(beside('api/token'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ env }),
    signal,
  });
  if (!answer.ok) throw await refusalOf(answer);
  const fresh = (await answer.json()) as { token: string; expiresAt: number | string };
  tokens.set(env, { token: fresh.token, expiresAt: new Date(fresh.expiresAt).getTime() });
  return fresh.token;
}

/** The `{error: {code, message}}` of a refused request, or what can be said without one. */
export async function refusalOf(answer: Response): Promise<unknown> {
  const body = (await answer.json().catch(() => null)) as { error?: unknown } | null;
  return body?.error ?? new Error(`The gateway answered ${answer.status}.`);
}

function missing(reason: string): Probe {
  return { available: false, reason };
}
