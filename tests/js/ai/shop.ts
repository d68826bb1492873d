// What every case of the bridge starts from: a client with one stored model, over a fetch that writes down what is sent
// and answers from a script, or else asks the mock.

import type { Library } from '../suite.js';

/** The SDK, current or the one before it. What is used here both have. */
export type Sdk = typeof import('ai');

/** The package's entry for the SDK. */
export type Bridge = typeof import('ductape-models/ai');

/** One SDK with everything that a case needs. */
export interface Setting {
  library: Library;
  bridge: Bridge;
  sdk: Sdk;
  /** What its models follow. */
  specification: 'v3' | 'v4';
  /** The mock of every provider. */
  mock: string;
  /** The server that misbehaves. */
  odd: string;
}

/** A request as it was sent. */
export interface Sent {
  url: string;
  headers: Record<string, string>;
  // biome-ignore lint/suspicious/noExplicitAny: bodies of five providers, looked into field by field
  body: any;
}

/** One scripted answer. */
export type Scripted = () => Response;

export const KEY = 'sk-canary-0123456789abcdef';

export const PROMPTS = { text: 'hello', tool: 'weather', json: 'colour' } as const;

export const ANSWER = 'Hi there, how can I help?';

/** Wires by name: the vendor and a model that speaks it. */
export const WIRES = {
  anthropic: { provider: 'anthropic', model: 'claude-sonnet-4-5' },
  chat: { provider: 'openai', model: 'gpt-4.1', api: 'chat' },
  responses: { provider: 'openai', model: 'gpt-6-luna', api: 'responses' },
  google: { provider: 'google', model: 'gemini-3.8-flash' },
  cohere: { provider: 'cohere', model: 'command-a-plus-05-2026' },
  custom: { provider: 'custom', model: 'any' },
} as const;

export type WireName = keyof typeof WIRES;

/** A client with the model `support` on `wire`, and what it sent. */
export async function shop(setting: Setting, wire: WireName, script: Scripted[] = [], more: object = {}) {
  const sent: Sent[] = [];
  const { default: Ductape } = setting.library;
  const fetch = (url: string, init: { headers: Record<string, string>; body: Uint8Array<ArrayBuffer> }) => {
    sent.push({ url, headers: init.headers, body: JSON.parse(new TextDecoder().decode(init.body)) });
    const next = script.shift();
    return next === undefined ? globalThis.fetch(url, init as RequestInit) : Promise.resolve(next());
  };
  const { baseUrl = setting.mock, ...options } = more as { baseUrl?: string };
  const ductape = new Ductape({ product: 'shop', env: 'dev', retry: { maxRetries: 0 }, fetch, ...options });
  const envs = [
    { slug: 'dev', baseUrl, apiKey: KEY },
    { slug: 'prd', baseUrl, apiKey: KEY, model: `${WIRES[wire].model}-prd` },
  ];
  await ductape.model.create({ tag: 'support', name: 'Support', ...WIRES[wire], envs });
  const models = setting.bridge.ductapeProvider(ductape, { specification: setting.specification });
  const sentBody = (at: number): Sent['body'] => {
    const request = sent[at];
    if (request === undefined) throw new Error(`only ${sent.length} requests were sent`);
    return request.body;
  };
  return { ductape, models, model: models('support') as ReturnType<typeof current>, sent, sentBody };
}

/** What the bridge tells of a call beyond the SDK's own words. */
export function metadataOf(result: { providerMetadata?: Record<string, unknown> }): Told {
  const own = result.providerMetadata?.ductape;
  if (own === undefined) throw new Error('nothing was told');
  return own as Told;
}

interface Told {
  served: { tag: string; model: string };
  attempts: unknown[];
}

/** For its type: the suite is written against the current SDK. */
function current(bridge: Bridge) {
  return bridge.ductapeProvider({} as never)('');
}

/** A scripted answer of JSON. */
export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Scripted {
  return () =>
    new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });
}

/** A scripted stream: each event with its name where it has a `type`. */
export function sse(...events: { type?: string; [field: string]: unknown }[]): Scripted {
  const text = events.map((event) => {
    return `${event.type === undefined ? '' : `event: ${event.type}\n`}data: ${JSON.stringify(event)}\n\n`;
  });
  return () => new Response(text.join(''), { headers: { 'content-type': 'text/event-stream' } });
}

/** The error that `work` fails with. */
export async function failure(work: () => unknown): Promise<Error> {
  try {
    await work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('it did not fail');
}

/** Everything that an error shows, whatever it is hidden behind. */
export function everythingOf(error: unknown, depth = 0): string {
  if (typeof error !== 'object' || error === null || depth > 4) return String(error);
  const names = Object.getOwnPropertyNames(error);
  return names.map((name) => `${name}: ${everythingOf(Reflect.get(error, name), depth + 1)}`).join('\n');
}
