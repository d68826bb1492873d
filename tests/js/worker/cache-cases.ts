// Copies of records in KV: how old they get, also where KV repeats an old one for ever.

import { type Case, equal } from '../suite.js';
import { client, type Setting, stored } from './client.js';

/** CACHE_SECONDS of the variant. */
const MAX_AGE_MS = 2000;

export function cacheCases(setting: Setting): Case[] {
  const { upstream } = setting;
  const main = client(setting);
  const cached = client(setting, 'cached');
  const servedBy = async (tag: string): Promise<string | undefined> => {
    equal((await cached.chat(tag)).status, 200);
    return upstream.asked.at(-1)?.model;
  };
  return [
    {
      name: 'r32 a change made elsewhere is used at the latest when CACHE_SECONDS are over, though KV never forgets',
      async run() {
        equal((await main.admin('', 'POST', stored('lag', upstream.base('ok')))).status, 201);
        // Twice, so that the copy in KV was read and is repeated from here on.
        equal([await servedBy('lag'), await servedBy('lag')], ['lag-1', 'lag-1']);
        const since = Date.now();
        for (let version = 2; version <= 4; version += 1) {
          equal((await main.admin('/lag', 'PATCH', { model: `lag-${version}` })).status, 200);
          await new Promise((next) => setTimeout(next, MAX_AGE_MS));
          equal(await servedBy('lag'), `lag-${version}`);
        }
        equal(Date.now() - since >= 3 * MAX_AGE_MS, true);
      },
    },
    {
      name: 'within that time the copy is used, and the store is not asked',
      async run() {
        equal((await main.admin('', 'POST', stored('copy', upstream.base('ok')))).status, 201);
        for (let round = 0; round < 20; round += 1) {
          const began = Date.now();
          equal(await servedBy('copy'), `copy-${round + 1}`);
          equal((await main.admin('/copy', 'PATCH', { model: `copy-${round + 2}` })).status, 200);
          const model = await servedBy('copy');
          // On a machine that was held up the copy may be too old by now: then the next round tells.
          if (Date.now() - began < MAX_AGE_MS) return equal(model, `copy-${round + 1}`);
          await new Promise((next) => setTimeout(next, MAX_AGE_MS));
        }
        throw new Error('no round was short enough');
      },
    },
    {
      name: 'r30c admin requests never work on a copy: they read what is stored, and lose nobody else’s write',
      async run() {
        equal((await cached.admin('', 'POST', stored('own', upstream.base('ok')))).status, 201);
        equal(await servedBy('own'), 'own-1');
        equal((await main.admin('/own', 'PATCH', { temperature: 0.1 })).status, 200);
        equal((await cached.admin('/own')).body.temperature, 0.1);
        equal((await cached.admin('/own', 'PATCH', { model: 'own-2' })).status, 200);
        const { body } = await main.admin('/own');
        equal([body.model, body.temperature], ['own-2', 0.1]);
      },
    },
  ];
}
