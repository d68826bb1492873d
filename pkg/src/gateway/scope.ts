// What a token makes of a request: its product, its environment, its bounds. Nothing that the request says changes them.

import type { CallOptions } from '../call-types.js';
import { DuctapeError } from '../errors.js';
import type { ModelConfig, ResolveOptions } from '../types.js';
import { signalOf, type TokenExchange } from './exchange.js';
import { matches } from './patterns.js';
import { type Asked, providerOptions } from './settings.js';
import type { TokenClaims } from './types.js';

/** Whether a token may call the model. The stand-ins that a model names are part of it, whatever their tags. */
export function mayCall({ models }: TokenClaims, tag: string): boolean {
  return models === undefined || matches(models, tag);
}

/** Whether a token may run the agent. */
export function mayRun({ agents = [] }: TokenClaims, tag: string): boolean {
  return matches(agents, tag);
}

/** The call that the token allows. */
export async function scopedCall(exchange: TokenExchange, { tag, call, extras }: Asked): Promise<CallOptions> {
  const { claims, line } = exchange;
  line.tag = tag;
  if (!mayCall(claims, tag)) throw outOfScope('model');
  const target = { product: claims.product, env: claims.env, model: tag };
  const { ductape } = exchange.setup.options;
  const scoped: CallOptions = { ...call, ...target, signal: signalOf(exchange) };
  scoped.modelConfig = await bounded(exchange, target, call.modelConfig);
  if (extras !== undefined) {
    const { url } = await ductape.buildRequest({ ...target, prompt: '.' });
    scoped.providerOptions = providerOptions(extras, url);
  }
  return scoped;
}

/** Settings within the token's bounds. Where the request names no `maxTokens`, the stored one counts if it is lower. */
export async function bounded(
  { claims, setup }: TokenExchange,
  target: ResolveOptions,
  config: ModelConfig,
): Promise<ModelConfig> {
  const most = claims.limits?.maxTokens;
  if (most === undefined) return config;
  const wished = config.maxTokens ?? (await setup.options.ductape.resolve(target)).params.maxTokens;
  return { ...config, maxTokens: wished === undefined ? most : Math.min(wished, most) };
}

/** The same whether the tag exists or not. */
export function outOfScope(kind: 'agent' | 'model'): DuctapeError {
  const message = `the token is not for this ${kind}`;
  return new DuctapeError({ code: 'permission_denied', message, details: { field: kind, reason: 'scope' } });
}
