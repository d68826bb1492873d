/** The gateway as this Worker's bindings set it up. Knows the package by its public names only. */
import Ductape, { type Fetch } from 'ductape-models';
import type { GatewayOptions, RequestLine, TokenClaims } from 'ductape-models/gateway';
import type { Env } from './env';
import { auth, productKeys } from './keys';
import { storageOf } from './storage';

/** Options for `createGateway`; with `fetch`, providers are called through it. */
export async function configure(env: Env, fetch?: Fetch): Promise<GatewayOptions> {
  const ductape = new Ductape({ privateKey: productKeys(env), storage: storageOf(env), ...(fetch && { fetch }) });
  const origins = (env.CORS_ORIGINS ?? '').split(',').flatMap((origin) => origin.trim() || []);
  const { RATE_LIMIT: limiter } = env;
  return {
    ductape,
    auth: await auth(env),
    cors: { origins },
    ...(env.PRODUCT && { product: env.PRODUCT }),
    ...(limiter && { rateLimit: (claims) => limiter.limit({ key: limitedAs(claims) }) }),
    ...(env.LOG !== 'off' && { onRequest: log }),
  };
}

/** Whom a token was given to, so that a new token is no new allowance; else the token itself. */
function limitedAs({ product, subject, id }: TokenClaims): string {
  return JSON.stringify(subject === undefined ? [product, null, id] : [product, subject]);
}

/** One line a request. It holds ids, tags and counts: nothing that was said, and no key. */
function log(line: RequestLine): void {
  // biome-ignore lint/suspicious/noConsole: what a Worker logs with
  console.log(JSON.stringify(line));
}
