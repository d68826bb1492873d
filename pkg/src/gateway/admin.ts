// The registry behind the admin key: what `ductape.model` does, as routes. Keys go in and never come out.

import { invalid } from '../errors.js';
import type { KeyInput, ModelInput, ModelPatch, ResolveOptions } from '../types.js';
import { readJson } from './body.js';
import { type AdminExchange, json, type Reply } from './exchange.js';
import { Refusal } from './failures.js';
import { type Fields, list, object, own } from './fields.js';

type Handler = (exchange: AdminExchange) => Promise<Reply>;

/** `/v1/admin/models`, by method. */
export const collection: Record<string, Handler> = {
  async GET({ setup, product }) {
    return json({ object: 'list', data: await setup.options.ductape.model.fetchAll(product ? { product } : {}) });
  },
  async POST(exchange) {
    const input = { ...(await body(exchange)), ...scope(exchange) } as unknown as ModelInput;
    if (typeof input.tag === 'string') exchange.line.tag = input.tag;
    return json(await registry(exchange).create(input), 201);
  },
};

/** `/v1/admin/models/:tag`, by method. */
export const record: Record<string, Handler> = {
  async GET(exchange) {
    return json(await registry(exchange).fetch(ref(exchange)));
  },
  async PATCH(exchange) {
    const patch = await body(exchange);
    const tag = own(patch, 'tag');
    if (tag !== undefined && tag !== exchange.tag) throw invalid('tag', 'the tag of the address: tags do not change');
    return json(await registry(exchange).update({ ...patch, ...ref(exchange) } as ModelPatch));
  },
  async DELETE(exchange) {
    const restrict = exchange.url.searchParams.get('restrict') === 'true';
    return json(await registry(exchange).delete({ ...ref(exchange), restrict }));
  },
};

/** `/v1/admin/models/:tag/<action>`, by method. */
export const actions: Record<string, Record<string, Handler>> = {
  rotate: {
    async POST(exchange) {
      const envs = keysOf(await body(exchange));
      return json(await registry(exchange).update({ ...ref(exchange), envs }));
    },
  },
  explain: {
    async GET(exchange) {
      const env = exchange.url.searchParams.get('env') ?? undefined;
      return json(await explained(exchange, { ...(env !== undefined && { env }) }));
    },
    async POST(exchange) {
      return json(await explained(exchange, picked(await body(exchange), EXPLAINED)));
    },
  },
  verify: {
    async POST(exchange) {
      const options = picked(await body(exchange), ['env', 'timeout']);
      return json(await registry(exchange).verify({ ...options, ...ref(exchange) }));
    },
  },
  history: {
    async GET(exchange) {
      return json({ object: 'list', data: await registry(exchange).history(ref(exchange)) });
    },
  },
};

const EXPLAINED = ['agent', 'env', 'modelConfig', 'providerOptions'] as const;

function registry({ setup }: AdminExchange): Registry {
  return setup.options.ductape.model;
}

type Registry = AdminExchange['setup']['options']['ductape']['model'];

function body({ request, setup }: AdminExchange): Promise<Fields> {
  return readJson(request, setup.limits.bodyBytes, setup.limits.bodyMs);
}

function scope({ product }: AdminExchange): { product?: string } {
  return product === undefined ? {} : { product };
}

function ref(exchange: AdminExchange): { product?: string; tag: string } {
  exchange.line.tag = exchange.tag;
  return { ...scope(exchange), tag: exchange.tag };
}

function explained(exchange: AdminExchange, options: object): Promise<object> {
  const { product, tag } = ref(exchange);
  const target: ResolveOptions = { ...options, ...(product !== undefined && { product }), model: tag };
  return exchange.setup.options.ductape.explain(target);
}

function picked(fields: Fields, names: readonly string[]): Record<string, never> {
  const unknown = Object.keys(fields).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Refusal(400, 'invalid_input', `expected only ${names.join(', ')}`, unknown);
  return { ...fields } as Record<string, never>;
}

/** One key as `{slug, apiKey}`, or several as `{envs: [...]}`; nothing but keys is changed. */
function keysOf(fields: Fields): KeyInput[] {
  const several = own(fields, 'envs');
  const all = several === undefined ? [fields] : list(several, 'envs');
  return all.map((item, at) => {
    const path = several === undefined ? 'body' : `envs[${at}]`;
    const key = picked(object(item, path), ['slug', 'apiKey', 'keyRef']) as unknown as KeyInput;
    if ((key.apiKey ?? key.keyRef) == null) throw invalid(`${path}.apiKey`, 'the new key, or a keyRef');
    return key;
  });
}
