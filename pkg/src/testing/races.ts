/** What one adapter must do with many callers at once. A store without compare-and-set is held to what it declares. */

import { type Proof, proves } from './cases.js';
import { isLinearizable, type Recorded } from './history.js';
import { fail, type Subject } from './subject.js';
import { dice, patterned } from './values.js';

/** Refusals after which an increment is taken to be refused for ever, and the longest wait after one, in milliseconds. */
const MAX_REFUSALS = 2000;
const MAX_PAUSE_MS = 64;

export const races: Readonly<Record<string, Proof>> = {
  'of many callers that create one key, one wins': proves([2], async (store, under, sizes) => {
    const key = `${under}a`;
    const values = Array.from({ length: sizes.creators }, (_, caller) => `caller ${caller} ${patterned(200)}`);
    const answers = await Promise.all(values.map((value) => store.put(key, value, { ifMatch: null })));
    const winners = values.filter((_, caller) => !('conflict' in (answers[caller] ?? {})));
    if (winners.length === 0) fail('false conflict', 'nobody won');
    if (store.cas && winners.length > 1)
      fail('condition ignored', `${winners.length} of ${sizes.creators} callers created one key`);
    await oneOf(store, key, winners);
  }),

  'increments with retry lose none': proves([3], async (store, under, sizes) => {
    const key = `${under}a`;
    await store.mustPut(key, '0');
    // Without compare-and-set only one caller at a time is promised anything.
    const writers = store.cas ? sizes.writers : 1;
    let begun = 0;
    await together(writers, async (writer) => {
      const roll = dice(writer + 1);
      while (begun < sizes.increments) {
        begun += 1;
        await increment(store, key, roll);
      }
    });
    const kept = (await store.get(key))?.value;
    if (kept !== String(sizes.increments))
      fail('lost write', `${sizes.increments} increments acknowledged, ${kept ?? 'none'} kept`);
  }),

  'some order explains every history of a key': proves([4], async (store, under, sizes) => {
    // What an eventual store may answer, no order of a register explains.
    if (store.capabilities.read === 'eventual') return;
    for (let round = 0; round < sizes.histories; round += 1) {
      const history = await recorded(store, `${under}k${round}`, round);
      if (!isLinearizable(history)) {
        fail('stale read or lost write', `no order of ${history.length} calls explains their answers (round ${round})`);
      }
    }
  }),

  'of an update and a delete, one wins': proves([5], async (store, under, sizes) => {
    for (let round = 0; round < sizes.races; round += 1) {
      const key = `${under}k${round}`;
      const etag = await store.mustPut(key, 'old');
      const condition = store.cas ? { ifMatch: etag } : {};
      const put = (): Promise<object> => store.put(key, 'new', condition);
      const remove = (): Promise<object> => store.delete(key, condition);
      const [first, second] = await Promise.all(round % 2 === 0 ? [put(), remove()] : [remove(), put()]);
      const [update, removal] = round % 2 === 0 ? [first, second] : [second, first];
      await outcome(store, key, 'conflict' in (update ?? {}), 'conflict' in (removal ?? {}));
    }
  }),

  'readers never see a torn or missing value while it is rewritten': proves([8], async (store, under, sizes) => {
    const key = `${under}a`;
    const versions = [40_000, 3, 90_000, 20_000].map((length, index) => `${index}${patterned(length)}${index}`);
    await store.mustPut(key, versions[0] ?? '');
    const readSome = async (): Promise<void> => {
      // A number of reads, not "until the write is done": over a synchronous store that wait would never let the write on.
      for (let reads = 0; reads < 5; reads += 1) await oneOf(store, key, versions);
    };
    for (let round = 0; round < sizes.rewrites; round += 1) {
      const write = store.mustPut(key, versions[round % versions.length] ?? '');
      await Promise.all([write, readSome(), readSome()]);
    }
  }),
};

async function together(count: number, run: (index: number) => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, index) => run(index)));
}

/** Reads a key that must hold one of the values, whole. */
async function oneOf(store: Subject, key: string, values: readonly string[]): Promise<void> {
  const stored = await store.get(key);
  if (stored === null) fail('torn value', `${key} reads as missing although it is never deleted`);
  if (!values.includes(stored.value))
    fail('torn value', `${key} holds ${stored.value.length} characters that nobody put whole`);
}

async function increment(store: Subject, key: string, roll: (below: number) => number): Promise<void> {
  for (let refusals = 0; refusals < MAX_REFUSALS; refusals += 1) {
    // The first refusal costs nothing; many writers that all came again at once would mostly refuse one another.
    if (refusals > 1) await pause(roll(Math.min(2 ** refusals, MAX_PAUSE_MS)));
    const stored = await store.get(key);
    if (stored === null) fail('lost write', 'the counter reads as missing');
    if (!/^\d+$/.test(stored.value)) fail('torn value', 'the counter is no number');
    const options = store.cas ? { ifMatch: stored.etag } : {};
    const answer = await store.put(key, String(Number(stored.value) + 1), options);
    if (!('conflict' in answer)) return;
  }
  fail('false conflict', 'an increment was refused for ever');
}

function pause(ms: number): Promise<void> {
  return new Promise((resume) => setTimeout(resume, ms));
}

async function outcome(store: Subject, key: string, updateRefused: boolean, removalRefused: boolean): Promise<void> {
  if (store.cas && !updateRefused && !removalRefused)
    fail('condition ignored', 'an update and a delete of one version both went through');
  if (updateRefused && removalRefused)
    fail('false conflict', 'an update and a delete of one version were both refused');
  const held = (await store.get(key))?.value ?? null;
  const allowed = updateRefused ? [null] : removalRefused ? ['new'] : [null, 'new'];
  if (!allowed.includes(held))
    fail('lost write', `after the race the key holds ${held === null ? 'nothing' : 'what lost'}`);
}

/** Four callers do five random things each to one key; values are unique, so that a value names its write. */
async function recorded(store: Subject, key: string, seed: number): Promise<Recorded[]> {
  const history: Recorded[] = [];
  let moment = 0;
  await together(4, async (caller) => {
    const roll = dice(seed * 16 + caller + 1);
    const seen: Seen = { value: null, etag: null };
    for (let step = 0; step < 5; step += 1) {
      const from = ++moment;
      const call = await act(store, key, `${seed}.${caller}.${step}`, roll, seen);
      history.push({ ...call, from, to: ++moment });
    }
  });
  return history;
}

/** The last version that a caller knows of. */
interface Seen {
  value: string | null;
  etag: string | null;
}

async function act(
  store: Subject,
  key: string,
  fresh: string,
  roll: (below: number) => number,
  seen: Seen,
): Promise<Omit<Recorded, 'from' | 'to'>> {
  const choice = roll(10);
  if (choice < 4) {
    const stored = await store.get(key);
    Object.assign(seen, stored ?? { value: null, etag: null });
    return { kind: 'get', value: seen.value };
  }
  const conditional = store.cas && roll(3) > 0;
  const options = conditional ? { ifMatch: seen.etag } : {};
  const expected = conditional ? seen.value : undefined;
  if (choice < 8) {
    const answer = await store.put(key, fresh, options);
    if ('conflict' in answer) return { kind: 'put', value: fresh, expected, conflict: true };
    Object.assign(seen, { value: fresh, etag: answer.etag });
    return { kind: 'put', value: fresh, expected };
  }
  const answer = await store.delete(key, options);
  if ('conflict' in answer) return { kind: 'delete', value: null, expected, conflict: true };
  Object.assign(seen, { value: null, etag: null });
  return { kind: 'delete', value: null, expected };
}
