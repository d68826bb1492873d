// A user's program: the bindings of Workers fit the stores as they are, and what the server half gives is a Response.
import { DurableObject } from 'cloudflare:workers';
import type { Storage } from 'ductape-models';
import { d1Storage } from 'ductape-models/storage/d1';
import { durableObjectStorage, modelStore } from 'ductape-models/storage/durable-object';
import { httpStorage, serveStorage } from 'ductape-models/storage/http';
import { kvStorage } from 'ductape-models/storage/kv';

export class Models extends modelStore(DurableObject) {}

export interface Env {
  KV: KVNamespace;
  DB: D1Database;
  MODELS: DurableObjectNamespace<Models>;
  SERVICE: Fetcher;
}

export function stores(env: Env): Storage[] {
  return [
    kvStorage(env.KV, { cacheTtl: 60 }),
    d1Storage(env.DB, { table: 'models' }),
    durableObjectStorage(env.MODELS.getByName('main')),
    durableObjectStorage(() => env.MODELS.getByName('main')),
    httpStorage({ url: 'https://a.example', fetch }),
    httpStorage({ url: 'https://a.example', fetch: (url, init) => env.SERVICE.fetch(url, init) }),
  ];
}

export default {
  fetch(request: Request, env: Env): Promise<Response> {
    return serveStorage(d1Storage(env.DB), request, { prefix: '/storage' });
  },
};

// @ts-expect-error a database is no namespace
kvStorage({} as D1Database);
// @ts-expect-error a namespace is no database
d1Storage({} as KVNamespace);
// @ts-expect-error an object of another class is no store
durableObjectStorage({} as DurableObjectStub);
