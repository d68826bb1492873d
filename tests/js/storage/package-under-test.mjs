/**
 * The package by its public names. `DUCTAPE_MODELS_BASE` may name a folder with `storage/*.js` and `testing/index.js` instead,
 * so that the suite runs over a bundle without an installed package.
 */

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const base = process.env.DUCTAPE_MODELS_BASE;
const load = (name, file) => import(base ? pathToFileURL(join(base, file)).href : `ductape-models/${name}`);

export const { memoryStorage } = await load('storage/memory', 'storage/memory.js');
export const { fromCallback, isStorageCallback } = await load('storage/callback', 'storage/callback.js');
export const { cachedStorage, kvCache, memoryCache } = await load('storage/cached', 'storage/cached.js');
export const { fileStorage } = await load('storage/file', 'storage/file.js');
export const { indexedDbStorage } = await load('storage/indexeddb', 'storage/indexeddb.js');
export const { kvStorage } = await load('storage/kv', 'storage/kv.js');
export const { d1Storage } = await load('storage/d1', 'storage/d1.js');
export const { durableObjectStorage } = await load('storage/durable-object', 'storage/durable-object.js');
export const { httpStorage, serveStorage } = await load('storage/http', 'storage/http.js');
export const { unstorageStorage } = await load('storage/unstorage', 'storage/unstorage.js');
export const { webStorage } = await load('storage/web-storage', 'storage/web-storage.js');
export const { clientStorageCases, LONG_SIZES, storageCases, testStorage } = await load('testing', 'testing/index.js');

/** The class itself, which only the installed package has. */
export const loadClient = async () => (await import('ductape-models')).default;
