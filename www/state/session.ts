/** What the page's views share: where records lie, the clients over it, the model in view. */
import Ductape, { type DuctapeOptions, type Storage } from 'ductape-models';
import { hereFetch } from '../mock/here';
import { consentTo } from './consent';
import { type Mode, type Place, placeOf } from './places';
import { isOurs } from './site';

type Listener = () => void | Promise<void>;

/** What decides where a call goes. */
export interface Target {
  env: string;
  model?: string;
  agent?: string;
}

/** The person did not agree to direct access. */
export class NoConsent extends Error {
  readonly code = 'browser_refused';
}

export class Session {
  #place: Place;
  #admin: Ductape;
  #callers = new Map<string, Ductape>();
  /** The tag in view; empty while nothing is stored. */
  tag = '';
  readonly #listeners: Listener[] = [];
  #shown: Promise<void> = Promise.resolve();

  private constructor(place: Place) {
    this.#place = place;
    this.#admin = this.#client({});
  }

  static async open(mode: Mode): Promise<Session> {
    return new Session(await placeOf(mode));
  }

  get mode(): Mode {
    return this.#place.mode;
  }

  get product(): string {
    return this.#place.product;
  }

  /** Sees sealed records only. */
  get storage(): Storage {
    return this.#place.storage;
  }

  /** Whether this page can store API keys and open none. */
  get writeOnly(): boolean {
    return 'publicKey' in this.#place.keys;
  }

  /** Creates, shows and changes; calls no provider from here. */
  get ductape(): Ductape {
    return this.#admin;
  }

  /** Moves to another place, or opens the same one anew with other keys. */
  async moveTo(mode: Mode): Promise<void> {
    this.#place = await placeOf(mode);
    this.#admin = this.#client({});
    this.#callers = new Map();
    this.tag = '';
    await this.changed();
  }

  /** The client for a call. Anywhere but to this origin it goes only after the person agreed. */
  async caller(target: Target): Promise<Ductape> {
    const { baseUrl, provider } = await this.#admin.resolve({ ...target });
    if (baseUrl !== null && isOurs(baseUrl)) {
      return this.#caller('ours', { dangerouslyAllowBrowser: true, allowedOrigins: [location.origin] });
    }
    const host = baseUrl === null ? provider : new URL(baseUrl).host;
    // A client with a public key opens nothing: let it say so before anybody is asked.
    if (!this.writeOnly && !(await consentTo(host))) {
      throw new NoConsent('You did not agree to call the provider from this page, so nothing was sent.');
    }
    return this.#caller('direct', { dangerouslyAllowBrowser: true });
  }

  /** Runs when the place, the stored models or the model in view changed. */
  onChange(listener: Listener): void {
    this.#listeners.push(listener);
  }

  /** Tells all views, one after another; a second change waits for the first to be shown. */
  changed(): Promise<void> {
    const shown = this.#shown.then(async () => {
      for (const listener of this.#listeners) await listener();
    });
    this.#shown = shown.catch(() => undefined);
    return shown;
  }

  // Kept, since a client holds the handlers of its agents.
  #caller(name: string, options: DuctapeOptions): Ductape {
    const kept = this.#callers.get(name) ?? this.#client({ ...options, fetch: hereFetch });
    this.#callers.set(name, kept);
    return kept;
  }

  #client(options: DuctapeOptions): Ductape {
    const { keys, product, storage } = this.#place;
    return new Ductape({ ...options, ...keys, product, storage, user_id: 'this page' });
  }
}
