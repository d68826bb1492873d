// What the cases ask the Worker with.

import type { Platform, Variant } from './platform.js';
import type { Upstream } from './upstream.js';

/** In no line that the Worker prints. */
export const PROMPT = 'prompt-canary-91c4';
export const API_KEY = 'sk-canary-0123456789abcdef';
export const OTHER_KEY = 'sk-canary-fedcba9876543210';

/** Everything that a run has. */
export interface Setting {
  platform: Platform;
  upstream: Upstream;
  secrets: { PRODUCT_KEY: string; ADMIN_KEY: string; TOKEN_KEY: string };
  /** The token key before the one in use. */
  oldTokenKey: string;
  mint: typeof import('ductape-models/gateway').mintToken;
  /** The token key that a Worker without one makes from its admin key. */
  derived: string;
}

/** An answer with its body as JSON where it is JSON. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into field by field
  body: any;
}

/** Requests to one variant of the Worker. */
export function client(setting: Setting, variant: Variant = 'main') {
  const { platform, secrets, mint, derived } = setting;
  const send = async (path: string, method: string, key: string | null, body?: unknown): Promise<Answer> => {
    const headers: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
    if (key !== null) headers.authorization = `Bearer ${key}`;
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(platform.urls[variant] + path, { method, headers, ...sent });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parsed(text) };
  };
  const token = (more: object = {}) => mint({ key: derived, product: 'shop', env: 'dev', ...more });
  return {
    send,
    token,
    admin: (path: string, method = 'GET', body?: unknown) =>
      send(`/v1/admin/models${path}?product=shop`, method, secrets.ADMIN_KEY, body),
    async chat(model: string, more: object = {}): Promise<Answer> {
      const messages = [{ role: 'user', content: PROMPT }];
      return send('/v1/chat/completions', 'POST', await token(), { model, messages, ...more });
    },
  };
}

/** A model that meets one of the provider's behaviours. */
export function stored(tag: string, baseUrl: string, more: object = {}): object {
  const envs = [{ slug: 'dev', baseUrl, apiKey: API_KEY, allowInsecure: true }];
  return { tag, name: tag, provider: 'custom', model: `${tag}-1`, envs, ...more };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
