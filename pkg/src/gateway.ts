// An OpenAI-compatible gateway over a client: requests come with tokens, keys stay here.

import { DuctapeError } from './errors.js';
import { type Failure, failureOf } from './gateway/failures.js';
import { failed, requestId, respond, serve } from './gateway/serve.js';
import { type Setup, setupOf } from './gateway/setup.js';
import type { Gateway, GatewayOptions } from './gateway/types.js';

export { generateTokenKey, mintToken, verifyToken } from './gateway/tokens.js';
export type * from './gateway/types.js';

/**
 * A gateway that speaks OpenAI's API: chat completions, responses, models, agents, and admin routes for the registry.
 * `model` in a request is a tag; product and environment are those of the token.
 *
 * @param configure Called once for each `env` object, at its first request; called again only where it failed.
 * @example
 * ```ts
 * const gateway = createGateway((env: Env) => ({
 *   ductape: new Ductape({ privateKey: env.DUCTAPE_KEY, storage }),
 *   auth: { tokenKey: env.TOKEN_KEY, adminKey: env.ADMIN_KEY },
 * }));
 * export default { fetch: gateway.fetch };
 * ```
 */
export function createGateway<Env>(configure: (env: Env) => GatewayOptions | Promise<GatewayOptions>): Gateway<Env> {
  const setups = new Setups(configure);
  return {
    async fetch(request, env, ctx) {
      let setup: Setup;
      try {
        setup = await setups.of(env);
      } catch (error) {
        return respond(failed(misconfigured(error)), requestId(), {});
      }
      return serve(setup, request, ctx);
    },
  };
}

/** What `configure` gave, by the `env` that it was given. */
class Setups<Env> {
  readonly #configure: (env: Env) => GatewayOptions | Promise<GatewayOptions>;
  readonly #byObject = new WeakMap<object, Promise<Setup>>();
  readonly #byValue = new Map<Env, Promise<Setup>>();

  constructor(configure: (env: Env) => GatewayOptions | Promise<GatewayOptions>) {
    this.#configure = configure;
  }

  of(env: Env): Promise<Setup> {
    const kept = isObject(env) ? this.#byObject : this.#byValue;
    const known = kept.get(env as Env & object);
    if (known !== undefined) return known;
    const made = Promise.resolve().then(async () => setupOf(await this.#configure(env)));
    kept.set(env as Env & object, made);
    made.catch(() => kept.delete(env as Env & object));
    return made;
  }
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** This library's errors name fields and no values. Others may say anything, so only their kind is told. */
function misconfigured(error: unknown): Failure {
  const kind = error instanceof Error ? error.name : 'thrown value';
  const said = DuctapeError.is(error) ? error.message : `configure failed with a ${kind}`;
  const message = `the gateway is not set up: ${said}`;
  const { error: view, ...rest } = failureOf(new DuctapeError({ code: 'internal', message }));
  return { ...rest, error: { ...view, message } };
}
