/** What `npm start` gives the demo beyond what the gateway is given. */
import type { Env } from '../env';
import type { ModelStore } from '../store';

export interface DemoEnv extends Env {
  /** Host names this Worker answers for, comma-separated. */
  ALLOWED_HOSTS: string;
  ASSETS: Fetcher;
  MOCK: Fetcher;
  /** The public half of SEALING_KEY. */
  PUBLIC_KEY: string;
  STORE: DurableObjectNamespace<ModelStore>;
  STORE_NAME: string;
}
