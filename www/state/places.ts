/** The places where records can lie, and the keys that the page has there. */
import type { DuctapeOptions, Storage } from 'ductape-models';
import { sealTo } from 'ductape-models/sealing';
import { httpStorage } from 'ductape-models/storage/http';
import { indexedDbStorage } from 'ductape-models/storage/indexeddb';
import { probeGateway } from './gateway';
import { productKey } from './product-key';
import { publicKey } from './public-key';
import { beside } from './site';

/** `browser`: IndexedDB and a key of this browser. `sealed`: IndexedDB and a public key. `gateway`: a server's store. */
export type Mode = 'browser' | 'sealed' | 'gateway';

export interface Place {
  mode: Mode;
  product: string;
  storage: Storage;
  keys: Pick<DuctapeOptions, 'privateKey'> | Pick<DuctapeOptions, 'publicKey'>;
}

/** The product under which this page keeps its records. */
const PRODUCT = 'demo';

export async function placeOf(mode: Mode): Promise<Place> {
  if (mode === 'gateway') return gatewayPlace();
  if (mode === 'sealed') {
    const keys = { publicKey: sealTo(await publicKey()) };
    return { mode, product: PRODUCT, storage: indexedDbStorage({ name: 'ductape-models-sealed' }), keys };
  }
  return { mode, product: PRODUCT, storage: indexedDbStorage(), keys: { privateKey: await productKey() } };
}

async function gatewayPlace(): Promise<Place> {
  const found = await probeGateway();
  if (!found.available) throw new Error(found.reason);
  const storage = httpStorage({ url: beside('api/storage') });
  return { mode: 'gateway', product: found.product, storage, keys: { publicKey: sealTo(found.publicKey) } };
}
