/**
 * `/api/token`: a token of ten minutes for the demo's product, as a program's own server would give one to its page after
 * its own login. There is no login here, so only the page itself is served.
 */
import { mintToken } from 'ductape-models/gateway';
import { tokenKeys } from '../keys';
import { json, Refusal } from './answers';
import type { DemoEnv } from './env';
import { boundedObject } from './guard';

const PRODUCT = 'demo';
const LIFE_S = 600;

export async function serveToken(request: Request, env: DemoEnv): Promise<Response> {
  // Stricter than for other writes: what sends no origin is no page.
  if (request.headers.get('origin') !== new URL(request.url).origin) {
    throw new Refusal(403, 'origin_refused', 'Tokens are given to this page only.');
  }
  const { env: slug } = await boundedObject(request);
  if (typeof slug !== 'string') throw new Refusal(400, 'invalid_input', 'env: expected the slug of an environment.');
  const { primary } = await tokenKeys(env);
  const expiresAt = Date.now() + LIFE_S * 1000;
  const token = await mintToken({
    key: primary,
    product: PRODUCT,
    env: slug,
    agents: ['*'],
    expiresInSeconds: LIFE_S,
    subject: 'page',
  });
  return json({ token, expiresAt });
}
