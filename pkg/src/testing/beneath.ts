/** What one adapter must do when what lies beneath it fails, is torn or holds what others wrote. The caller breaks it. */

import { faultless, type Proof, proves } from './cases.js';
import { fail, type Subject } from './subject.js';
import { patterned } from './values.js';

/** Ways to reach beneath the store. Each is optional; its cases run where it is given. */
export interface StorageHooks {
  /**
   * Failures of what lies beneath, by name: each begins one and answers with what ends it. While it lasts, writes must fail. A
   * failure named `quota_exceeded` or `rate_limited` must be thrown with that `code`.
   */
  readonly faults?: Readonly<Record<string, () => (() => unknown) | Promise<() => unknown>>>;
  /** Cuts what lies beneath a key to its first `length` units; answers `false` where it is no longer than that. */
  readonly tear?: (key: string, length: number) => boolean | Promise<boolean>;
  /** Puts things under a prefix that this store did not write, in every way that what lies beneath allows. */
  readonly plant?: (prefix: string) => unknown;
}

/** The cases that the given hooks allow. */
export function beneath({ faults = {}, tear, plant }: StorageHooks): Readonly<Record<string, Proof>> {
  const cases: Record<string, Proof> = {};
  for (const [name, begin] of Object.entries(faults)) {
    const points = name === 'quota_exceeded' || name === 'rate_limited' ? [10, 13] : [10];
    cases[`a failure beneath is thrown and nothing is half written: ${name}`] = proves(points, (store, under) =>
      failing(store, under, name, begin),
    );
  }
  if (tear !== undefined) {
    cases['a value torn at any place is an error'] = proves([8], (store, under) => torn(store, `${under}a`, tear));
  }
  if (plant !== undefined) {
    cases["what others wrote does not hide the store's own"] = proves([12], async (store, under) => {
      const keys = ['a', 'b', 'c/d'].map((name) => under + name);
      for (const key of keys) await store.mustPut(key, `value of ${key}`);
      await plant(under);
      const listed = await store.listAll(under, 2);
      const missing = keys.filter((key) => !listed.includes(key));
      if (missing.length > 0) fail('incomplete listing', `foreign items hide ${missing.length} of ${keys.length} keys`);
      for (const key of keys) await store.mustHold(key, `value of ${key}`);
      for (const key of listed) await store.get(key).catch(faultless);
    });
  }
  return cases;
}

async function failing(
  store: Subject,
  under: string,
  name: string,
  begin: () => (() => unknown) | Promise<() => unknown>,
): Promise<void> {
  const [key, doomed] = [`${under}a`, `${under}b`];
  const etag = await store.mustPut(key, 'old');
  await store.mustPut(doomed, 'old');
  const end = await begin();
  let isDeleted = false;
  try {
    await mustFail(name, store.put(key, patterned(5000), store.cas ? { ifMatch: etag } : {}));
    await mustFail(name, store.put(`${under}c`, patterned(5000), { ifMatch: null }));
    const seen = await store.get(key).catch((error: unknown) => void faultless(error));
    if (seen === null) fail('failure swallowed', `a key that exists reads as missing during ${name}`);
    const listed = await store.listAll(under, 10).catch((error: unknown) => void faultless(error));
    if (listed !== undefined && !listed.includes(key))
      fail('failure swallowed', `a listing omits a key that exists during ${name}`);
    const answer = await store.delete(doomed).catch((error: unknown) => void faultless(error));
    isDeleted = answer !== undefined && 'deleted' in answer && answer.deleted;
  } finally {
    await end();
  }
  await mended(store, key, ['old', patterned(5000)]);
  const left = await store.get(doomed);
  if (isDeleted && left !== null) fail('lost delete', `a delete that was acknowledged during ${name} did not happen`);
}

/** A write that must be refused by an error, never answered. */
async function mustFail(name: string, write: Promise<unknown>): Promise<void> {
  const thrown = await write.then(
    () => fail('failure swallowed', `a put was answered during ${name}`),
    (error: unknown) => faultless(error),
  );
  if (typeof thrown !== 'object' || thrown === null || !('message' in thrown))
    fail('wrong type', `a put threw something other than an error during ${name}`);
  const code = (thrown as { code?: unknown }).code;
  if ((name === 'quota_exceeded' || name === 'rate_limited') && code !== name)
    fail('unnamed failure', `a put during ${name} threw an error with another code`);
}

/** After a failed write the key holds the old value or the new one, and can be written again. */
async function mended(store: Subject, key: string, allowed: readonly string[]): Promise<void> {
  const held = await store.get(key);
  if (held === null) fail('lost write', 'a failed put took the old value away');
  if (!allowed.includes(held.value)) fail('torn value', 'a failed put left a value that nobody put whole');
  await store.mustPut(key, 'next', store.cas ? { ifMatch: held.etag } : {});
  await store.mustHold(key, 'next');
}

async function torn(
  store: Subject,
  key: string,
  tear: (key: string, length: number) => boolean | Promise<boolean>,
): Promise<void> {
  const whole = `${patterned(150)}\n${patterned(50)}`;
  let length = 0;
  for (; ; length += 1) {
    // Mended first: a store may refuse to write over what it cannot read.
    await store.delete(key).catch(faultless);
    await store.mustPut(key, whole);
    if (!(await tear(key, length))) break;
    const seen = await store.get(key).catch((error: unknown) => void faultless(error));
    if (seen === null) fail('torn value', `cut to ${length} units it reads as missing, so a create would go through`);
    if (seen !== undefined && seen.value !== whole)
      fail('torn value', `cut to ${length} units it reads as ${seen.value.length} of ${whole.length} characters`);
  }
  if (length < whole.length) fail('wrong type', `tear cut only ${length} units of ${whole.length} characters`);
}
