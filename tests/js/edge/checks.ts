// What the cases of the edge stores share: running them, and looking at errors.

import type { Storage } from 'ductape-models';
import type { StorageCaseOptions, StorageFactory } from 'ductape-models/testing';

import { type Case, equal, type Tally } from '../suite.js';

type Kit = typeof import('ductape-models/testing');

/** The form for proofs, `LONG=1`; in workerd the bundler fills it in. */
const LONG_FORM = process.env.LONG === '1';

/** The longest that one case may take; the kit's longest does thousands of calls. */
const LIMIT_MS = LONG_FORM ? 600_000 : 120_000;

/** The whole kit over one store. */
export function kit(testing: Kit, name: string, factory: StorageFactory, options: StorageCaseOptions = {}): Case[] {
  const sizes = LONG_FORM ? { sizes: testing.LONG_SIZES } : {};
  return testing
    .storageCases(factory, { ...options, ...sizes })
    .map((item) => ({ ...item, name: `r30d ${name}: ${item.name}` }));
}

export async function runEach(cases: readonly Case[]): Promise<Tally> {
  const tally: Tally = { passed: 0, failed: [] };
  for (const { name, run } of cases) {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('it did not end in time')), LIMIT_MS);
    });
    try {
      await Promise.race([run(), late]);
      tally.passed += 1;
    } catch (error) {
      tally.failed.push(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    } finally {
      clearTimeout(timer);
    }
  }
  return tally;
}

/** What a failing call throws, as plain facts. */
export type Thrown = Error & Record<string, unknown>;

/** Never in an error: cases use it as key, value, header and whatever else must not be shown. */
export const CANARY = 'canary-7f3a91';

/** The error of a call that must fail with these facts, and that shows the canary nowhere. */
export async function fails(call: () => unknown, facts: Record<string, unknown>): Promise<Thrown> {
  const thrown = await Promise.resolve()
    .then(call)
    .then(
      () => undefined,
      (error: unknown) => error as Thrown,
    );
  if (!(thrown instanceof Error)) throw new Error('it went through');
  for (const [name, expected] of Object.entries(facts)) {
    if (thrown[name] !== expected) throw new Error(`${name} is ${String(thrown[name])}: ${thrown.stack}`);
  }
  const shown = [String(thrown), thrown.stack, JSON.stringify({ ...thrown }), String(thrown.cause)].join('\n');
  if (shown.includes(CANARY)) throw new Error(`the error shows what it must not: ${shown}`);
  return thrown;
}

/**
 * The limits of a store: the largest that it declares comes back, and more is refused here. That Cloudflare refuses more too
 * cannot be seen in the local runtime, which takes longer rows; so what is declared is compared with what its pages say.
 */
export function limits(name: string, make: () => Storage, maxValueBytes: number): Case[] {
  const largest = async (): Promise<void> => {
    const store = make();
    equal([store.capabilities.maxKeyBytes, store.capabilities.maxValueBytes], [512, maxValueBytes]);
    const key = 'k'.repeat(512);
    const value = 'v'.repeat(maxValueBytes);
    await store.put(key, value);
    if ((await store.get(key))?.value !== value) throw new Error('the largest value came back changed');
    await store.delete(key);
  };
  const beyond = async (): Promise<void> => {
    const store = make();
    const refused = { code: 'invalid_input' };
    // One byte too many each, and fewer characters than bytes: a count of characters would let both pass.
    const key = `${CANARY.padEnd(511, 'k')}\u00e9`;
    const value = `${CANARY.padEnd(maxValueBytes - 1, 'v')}\u00e9`;
    for (const odd of [key, '', `${CANARY}\ud800`]) {
      for (const call of [() => store.get(odd), () => store.put(odd, ''), () => store.delete(odd)])
        await fails(call, refused);
    }
    for (const odd of [value, `${CANARY}\udfff`]) await fails(() => store.put('k', odd), refused);
    await fails(() => store.list('', { limit: 0 }), { name: 'RangeError' });
  };
  return [
    { name: `r30c ${name}: a value and a key of the declared size come back`, run: largest },
    { name: `r63 ${name}: what is larger, or no text, is refused before it is sent`, run: beyond },
  ];
}
