/** Where records lie: a Durable Object or D1, with copies in front of it where that is asked for. */
import { waitUntil } from 'cloudflare:workers';
import type { Storage } from 'ductape-models';
import { cachedStorage, kvCache, memoryCache } from 'ductape-models/storage/cached';
import { d1Storage } from 'ductape-models/storage/d1';
import { durableObjectStorage } from 'ductape-models/storage/durable-object';
import type { Env } from './env';
import { missing } from './keys';

export function storageOf(env: Env): Storage {
  const source = sourceOf(env);
  const maxAgeSeconds = seconds(env.CACHE_SECONDS, 'CACHE_SECONDS');
  if (maxAgeSeconds === 0) return source;
  const caches = env.CACHE === undefined ? [memoryCache()] : [memoryCache(), kvCache(env.CACHE)];
  const staleIfErrorSeconds = seconds(env.STALE_IF_ERROR_SECONDS, 'STALE_IF_ERROR_SECONDS');
  return cachedStorage(source, caches, { maxAgeSeconds, staleIfErrorSeconds, later: waitUntil });
}

function sourceOf({ STORAGE = 'durable-object', STORE, STORE_NAME = 'models', DB }: Env): Storage {
  if (STORAGE === 'd1') {
    if (DB === undefined) throw missing('STORAGE is d1, and there is no binding DB');
    return d1Storage(DB);
  }
  if (STORAGE !== 'durable-object') throw missing('STORAGE is neither durable-object nor d1');
  if (STORE === undefined) throw missing('there is no binding STORE');
  // By name at each call: after a failure a stub may be of no more use.
  return durableObjectStorage(() => STORE.getByName(STORE_NAME));
}

function seconds(text: string | undefined, name: string): number {
  if (text === undefined || text === '') return 0;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw missing(`${name} is no whole number of seconds`);
  return value;
}
