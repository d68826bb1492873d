/** The gateway as this Worker's bindings set it up. Knows the package by its public names only. */
import Ductape, { type AgentTool, type DuctapeOptions, type Fetch, type Storage } from 'ductape-models';
import { createGateway, type GatewayOptions, type RequestLine, type TokenClaims } from 'ductape-models/gateway';
import type { Env } from './env';
import { auth, productKeys } from './keys';

type Answering<E> = (request: Request, env: E, ctx: Context) => Promise<Response>;
type Context = Pick<ExecutionContext, 'waitUntil'>;

/** What may differ between one such Worker and another. */
interface Parts<E> {
  storageOf(env: E): Storage;
  /** In place of the runtime's fetch, for calls of providers. */
  fetchOf?(env: E): Fetch;
  /** Handlers of the tools that stored agents have. */
  tools?: readonly AgentTool[];
}

/** Answers `/v1` over a store. */
export function gatewayOf<E extends Env>({ storageOf, fetchOf, tools = [] }: Parts<E>): Answering<E> {
  const gateway = createGateway<E>((env) => {
    const fetch = fetchOf?.(env);
    return configure(env, { storage: storageOf(env), tools, ...(fetch && { fetch }) });
  });
  return (request, env, ctx) => gateway.fetch(request, env, ctx);
}

async function configure(env: Env, parts: DuctapeOptions): Promise<GatewayOptions> {
  const ductape = new Ductape({ privateKey: productKeys(env), ...parts });
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
