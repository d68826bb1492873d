/** What the page's steps share: the product key of this tab, the client made with it, the model in view. */
import Ductape from 'ductape-models';
import { httpStorage } from 'ductape-models/storage/http';

const KEY_ITEM = 'ductape-product-key';

/** The product under which this page keeps its records. */
export const PRODUCT = 'demo';

const storage = httpStorage({ url: '/api/storage' });

type Listener = () => void | Promise<void>;

export class Session {
  /** Sees sealed records only. */
  readonly storage = storage;
  ductape: Ductape;
  productKey: string;
  /** The tag in view; empty while nothing is stored. */
  tag = '';
  readonly #listeners: Listener[] = [];

  constructor(productKey: string) {
    this.ductape = clientOf(productKey);
    this.productKey = productKey;
    sessionStorage.setItem(KEY_ITEM, productKey);
  }

  /** Changes the product key; throws the package's error where it is not one, and then nothing changed. */
  async changeKey(productKey: string): Promise<void> {
    const candidate = clientOf(productKey);
    // The constructor takes any text for a key; the first call judges it.
    await candidate.model.fetchAll();
    this.ductape = candidate;
    this.productKey = productKey;
    sessionStorage.setItem(KEY_ITEM, productKey);
    await this.changed();
  }

  /** Runs when the key, the stored models or the model in view changed. */
  onChange(listener: Listener): void {
    this.#listeners.push(listener);
  }

  async changed(): Promise<void> {
    for (const listener of this.#listeners) await listener();
  }
}

/** The tab's session: with the key it had before a reload, else with a new one. */
export function openSession(): Session {
  return new Session(sessionStorage.getItem(KEY_ITEM) ?? Ductape.generateKey());
}

function clientOf(privateKey: string): Ductape {
  return new Ductape({ privateKey, product: PRODUCT, storage, dangerouslyAllowBrowser: true });
}
