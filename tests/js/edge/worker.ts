// Inside workerd: every case over the real bindings.

import { DurableObject } from 'cloudflare:workers';
import { modelStore } from 'ductape-models/storage/durable-object';
import * as testing from 'ductape-models/testing';

import type { Case } from '../suite.js';
import { runEach } from './checks.js';
import { d1Cases } from './d1-cases.js';
import { durableObjectCases } from './durable-object-cases.js';
import { kvCases } from './kv-cases.js';

/** The object of the tests: the package's, with one method more. */
export class Models extends modelStore(DurableObject) {
  crash(): void {
    this.ctx.abort('crashed on purpose');
  }
}

interface Env {
  KV: KVNamespace;
  LAGGING_KV: KVNamespace;
  LAG: Fetcher;
  DB: D1Database;
  MODELS: DurableObjectNamespace<Models>;
}

export default {
  async test(_controller: unknown, env: Env): Promise<void> {
    const cases: Case[] = [
      ...kvCases(testing, env.KV, env.LAGGING_KV, env.LAG),
      ...d1Cases(testing, env.DB),
      ...durableObjectCases(testing, env.MODELS),
    ];
    // biome-ignore lint/suspicious/noConsole: workerd has no other way out
    console.log(`TALLY ${JSON.stringify(await runEach(cases))}`);
  },
};
