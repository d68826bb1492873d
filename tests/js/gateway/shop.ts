// What every case starts from: a client with a model for each wire, a gateway over it behind a server, and tokens for it.

import type { GatewayOptions, MintOptions, RequestLine } from 'ductape-models/gateway';
import OpenAI from 'openai';
import type { Library } from '../suite.js';
import { type Serving, serve } from './server.js';
import type { Upstream } from './upstream.js';

/** The package's entry for gateways. */
export type GatewayEntry = typeof import('ductape-models/gateway');

/** Everything that a run has. */
export interface Setting {
  library: Library;
  gateway: GatewayEntry;
  upstream: Upstream;
}

export const KEY = 'sk-canary-0123456789abcdef';
export const ADMIN_KEY = 'admin-canary-0123456789-0123456789';

/** A tag for each wire. */
export const WIRES = {
  anthropic: { provider: 'anthropic', model: 'claude-sonnet-4-5' },
  openai: { provider: 'openai', model: 'gpt-4.1', api: 'chat' },
  'openai-responses': { provider: 'openai', model: 'gpt-6-luna', api: 'responses' },
  google: { provider: 'google', model: 'gemini-3.8-flash' },
  cohere: { provider: 'cohere', model: 'command-a-plus-05-2026' },
  custom: { provider: 'custom', model: 'any' },
} as const;

export const TAGS = Object.keys(WIRES) as (keyof typeof WIRES)[];

/** A gateway that is served, and what a case asks it with. */
export interface Shop extends Serving {
  ductape: InstanceType<Library['default']>;
  tokenKey: string;
  lines: RequestLine[];
  /** Everything that the gateway answered with, headers and all. */
  said: string[];
  token(more?: Partial<MintOptions>): Promise<string>;
  /** The official client with a token. */
  openai(more?: Partial<MintOptions>): Promise<OpenAI>;
  /** A request with a token, or with whatever `authorization` is given. */
  ask(path: string, init?: Asking): Promise<Response>;
  admin(path: string, method: string, body?: unknown): Promise<{ status: number; body: never }>;
}

interface Asking {
  method?: string;
  authorization?: string | null;
  headers?: Record<string, string>;
  body?: unknown;
}

/** Stored under `shop` for `dev` and, switched off, `prd`. */
export async function shop(setting: Setting, more: (made: { ductape: Shop['ductape'] }) => object = () => ({})) {
  const { gateway, upstream, library } = setting;
  const ductape = new library.default({ product: 'nowhere', retry: { maxRetries: 0 } });
  await Promise.all(TAGS.map((tag) => ductape.model.create(stored(tag, upstream.url))));
  const tokenKey = gateway.generateTokenKey();
  const lines: RequestLine[] = [];
  const said: string[] = [];
  const door = gateway.createGateway(() => {
    const auth = { tokenKey, adminKey: ADMIN_KEY };
    const options = { ductape, auth, product: 'shop', onRequest: (line: RequestLine) => lines.push(line) };
    return { ...options, ...more({ ductape }) } as GatewayOptions;
  });
  const env = {};
  const serving = await serve(async (request) => overheard(await door.fetch(request, env), said));
  return { ...serving, ...askers(setting, serving, tokenKey), ductape, tokenKey, lines, said } as Shop;
}

function askers({ gateway }: Setting, { url }: Serving, tokenKey: string) {
  const token = (more: Partial<MintOptions> = {}) =>
    gateway.mintToken({ key: tokenKey, product: 'shop', env: 'dev', ...more });
  const ask = async (path: string, { method, authorization, headers, body }: Asking = {}) => {
    const credential = authorization === undefined ? `Bearer ${await token()}` : authorization;
    const given = { ...(credential !== null && { authorization: credential }), ...headers };
    const isJson = body !== undefined && typeof body !== 'string';
    return fetch(url + path, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: { 'content-type': 'application/json', ...given },
      ...(body !== undefined && { body: isJson ? JSON.stringify(body) : (body as string) }),
    });
  };
  const admin = async (path: string, method: string, body?: unknown) => {
    const answer = await ask(`/v1/admin${path}`, { method, authorization: `Bearer ${ADMIN_KEY}`, body });
    return { status: answer.status, body: (await answer.json()) as never };
  };
  const openai = async (more: Partial<MintOptions> = {}) =>
    new OpenAI({ apiKey: await token(more), baseURL: `${url}/v1`, maxRetries: 0 });
  return { token, ask, admin, openai };
}

/** The model of a wire. */
export function stored(tag: keyof typeof WIRES, baseUrl: string) {
  const envs = [
    { slug: 'dev', baseUrl, apiKey: KEY },
    { slug: 'prd', baseUrl, apiKey: KEY, active: false },
  ];
  return { product: 'shop', tag, name: tag, ...WIRES[tag], envs };
}

/** The same answer, a copy of everything in it kept. */
function overheard(answer: Response, said: string[]): Response {
  said.push(JSON.stringify([...answer.headers]));
  if (answer.body === null) return answer;
  const decoder = new TextDecoder();
  const listening = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      said.push(decoder.decode(chunk, { stream: true }));
      controller.enqueue(chunk);
    },
  });
  const { status, headers } = answer;
  return new Response(answer.body.pipeThrough(listening), { status, headers });
}

/** Waits until `isSo`, at most five seconds. */
export async function until(isSo: () => boolean, what: string): Promise<void> {
  const end = Date.now() + 5000;
  while (!isSo()) {
    if (Date.now() > end) throw new Error(`it did not come about: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The error that `work` fails with. */
export async function failure<T extends Error = Error>(work: () => unknown): Promise<T> {
  try {
    await work();
  } catch (error) {
    return error as T;
  }
  throw new Error('it did not fail');
}
