// The package itself, loaded when a command needs it: help and wrong usage never wait for WebAssembly.

import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';

import type { Ductape } from '../client.js';
import type { Storage } from '../storage/types.js';
import type { Keyring } from '../types.js';
import type { Call } from './call.js';
import { CommandError, UsageError } from './exit.js';
import { type ProductKeys, productKeys } from './product-keys.js';
import { keepSecret } from './screen.js';
import { configured, productOf, storeOf, variable } from './settings.js';

// These paths are those of the published files too: `dist/cli/main.js` stands beside `dist/index.js` and the rest.
export const library = (): Promise<typeof import('../index.js')> => import('../index.js');
export const sealing = (): Promise<typeof import('../sealing.js')> => import('../sealing.js');

/** A client for this call. `makesStore`: a folder that is not there is an empty store, not a misspelt one. */
export async function client(call: Call, { makesStore = false } = {}): Promise<Ductape> {
  const store = storeOf(call);
  const keys = await productKeys();
  const storage = await storageAt(store, makesStore);
  const { default: Ductape } = await library();
  const { products, retired = [], allowedOrigins } = configured();
  const product = productOf(call);
  const user = variable('DUCTAPE_USER');
  const env = variable('DUCTAPE_ENV') ?? configured().env;
  return new Ductape({
    storage,
    ...(await privateOrPublic(keys, retired)),
    ...(product === undefined ? {} : { product }),
    ...(env === undefined ? {} : { env }),
    ...(products === undefined ? {} : { products }),
    ...(allowedOrigins === undefined ? {} : { allowedOrigins }),
    ...(user === undefined ? {} : { user_id: user }),
  });
}

async function privateOrPublic(keys: ProductKeys, retired: string[]) {
  if (keys.primary === undefined) {
    const { sealTo } = await sealing();
    return { publicKey: sealTo(keys.publicKey ?? '') };
  }
  const privateKey: Keyring = { primary: keys.primary, others: keys.others, retired };
  if (keys.sealing.length > 0) {
    const { openWith } = await sealing();
    privateKey.sealing = keys.sealing.map(openWith);
  }
  return { privateKey };
}

async function storageAt(store: string, makesStore: boolean): Promise<Storage> {
  if (/^https?:\/\//i.test(store)) return overHttp(store);
  if (/^[a-z][a-z\d+.-]+:\/\//i.test(store)) throw new UsageError('--store takes a folder or an https:// address');
  const folder = resolve(store);
  const isThere = await stat(folder).then(
    (found) => found.isDirectory(),
    () => undefined,
  );
  if (isThere === false) throw new UsageError(`the store ${store} is not a folder`);
  if (isThere === undefined && !makesStore) throw new CommandError('store_not_found', `there is no folder ${store}`);
  const { fileStorage } = await import('../storage/file.js');
  return fileStorage({ folder });
}

async function overHttp(url: string): Promise<Storage> {
  const token = variable('DUCTAPE_STORE_TOKEN')?.trim();
  keepSecret(token);
  const { httpStorage } = await import('../storage/http.js');
  return httpStorage({ url, ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }) });
}
