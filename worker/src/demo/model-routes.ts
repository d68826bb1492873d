/**
 * `/api/generate` and `/api/stream`: the package at work inside the Worker, on a product and a store of the Worker's
 * own, so that its records and the page's never mix. Knows the package by its public name only.
 */
import Ductape, { type CallOptions } from 'ductape-models';
import { durableObjectStorage } from 'ductape-models/storage/durable-object';
import { json, Refusal } from './answers';
import type { DemoEnv } from './env';
import { boundedObject } from './guard';
import { MOCK_ORIGIN, mockAware } from './mock-route';

const FIELDS = new Set(['product', 'env', 'model', 'prompt', 'messages', 'modelConfig']);
const SERVER_PRODUCT = 'server';
const SERVER_MODEL = 'worker-mock';

export async function generate(request: Request, env: DemoEnv): Promise<Response> {
  const call = await readCall(request);
  const ductape = await serverClient(env);
  return json(await ductape.generate({ ...call, signal: request.signal }));
}

export async function stream(request: Request, env: DemoEnv): Promise<Response> {
  const call = await readCall(request);
  const ductape = await serverClient(env);
  // The package names no platform's types; in Workers its stream is the runtime's own.
  const events = ductape.stream({ ...call, signal: request.signal }).toSSE() as ReadableStream;
  return new Response(events, { headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' } });
}

async function readCall(request: Request): Promise<CallOptions> {
  const body = await boundedObject(request);
  const unknown = Object.keys(body).some((field) => !FIELDS.has(field));
  // An allow-list, and no field's name is echoed: whoever calls here may not choose tools, URLs or keys.
  if (unknown) throw new Refusal(400, 'invalid_input', `A call takes only: ${[...FIELDS].join(', ')}.`);
  return { product: SERVER_PRODUCT, ...body } as CallOptions;
}

async function serverClient(env: DemoEnv): Promise<Ductape> {
  const storage = durableObjectStorage(env.STORE.getByName('server'));
  const ductape = new Ductape({ privateKey: env.PRODUCT_KEY, storage, fetch: mockAware(env.MOCK) });
  await ensureModel(ductape);
  return ductape;
}

async function ensureModel(ductape: Ductape): Promise<void> {
  const existing = await ductape.model.fetch({ product: SERVER_PRODUCT, tag: SERVER_MODEL, optional: true });
  if (existing !== null) return;
  await ductape.model.upsert({
    product: SERVER_PRODUCT,
    tag: SERVER_MODEL,
    name: "The Worker's own model",
    provider: 'custom',
    model: 'mock-large',
    envs: ['dev', 'prd'].map((slug) => ({ slug, apiKey: `made-up-worker-${slug}-0000`, baseUrl: `${MOCK_ORIGIN}/v1` })),
  });
}
