// `GET /v1/models`: the tags that a token may call, in the shape of OpenAI's list.

import type { ModelView, UnreadableModel } from '../types.js';
import { json, type Reply, type TokenExchange } from './exchange.js';
import { Refusal } from './failures.js';
import { mayCall } from './scope.js';
import type { TokenClaims } from './types.js';

export async function listModels({ claims, setup }: TokenExchange): Promise<Reply> {
  const all = await setup.options.ductape.model.fetchAll({ product: claims.product });
  return json({ object: 'list', data: all.filter((view) => isVisible(claims, view)).map(shown) });
}

export async function oneModel({ claims, setup, tag, line }: TokenExchange): Promise<Reply> {
  line.tag = tag;
  const { ductape } = setup.options;
  const may = mayCall(claims, tag);
  const view = may ? await ductape.model.fetch({ product: claims.product, tag, optional: true }) : null;
  if (view === null || !isVisible(claims, view)) {
    throw new Refusal(404, 'model_not_found', 'no model with this tag is open to the token', 'model');
  }
  return json(shown(view));
}

/** What the token may call and what its environment has switched on. */
function isVisible(claims: TokenClaims, view: ModelView | UnreadableModel): view is ModelView {
  if ('unreadable' in view || !mayCall(claims, view.tag)) return false;
  return view.envs.some(({ slug, active }) => slug === claims.env && active);
}

/** Neither vendor nor model id: a token is not told what stands behind a tag. */
function shown({ tag, createdAt, product }: ModelView): object {
  return { id: tag, object: 'model', created: Math.floor(createdAt / 1000), owned_by: product };
}
