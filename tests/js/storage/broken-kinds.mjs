/**
 * Five faults, told once, for every kind of store: each changes what passes between an adapter and what lies beneath it. A kind is
 * a function of such a fault: it makes the thing beneath so that every text written goes through `fault.write` and every text read
 * through `fault.read`, and answers with a factory of stores over it. Runs in Node and in a page.
 */

/** Nothing is changed: with it, every kind must pass. */
export const sound = () => ({ write: (_key, text) => text, read: (_key, text) => text });

/** `write` answers with what is stored in place of the text, `undefined` for nothing; `read` with what is read in place of it. */
export const faults = {
  'lost write': () => {
    let count = 0;
    return { ...sound(), write: (_key, text) => (++count % 7 === 0 ? undefined : text) };
  },
  'torn write': () => ({ ...sound(), write: (_key, text) => (text.length > 300 ? text.slice(0, 300) : text) }),
  'stale read': () => {
    const last = new Map();
    let count = 0;
    return {
      write: (_key, text) => text,
      read: (key, text) => {
        const { now, before } = last.get(key) ?? { now: null, before: null };
        if (now !== text) last.set(key, { now: text, before: now });
        return ++count % 4 === 0 && now !== text ? now : ++count % 5 === 0 ? before : text;
      },
    };
  },
  'wrong type': () => everyNinth(7),
  'error as value': () => everyNinth(new Error('EIO')),
};

function everyNinth(answer) {
  let count = 0;
  return { ...sound(), read: (_key, text) => (text !== null && ++count % 9 === 0 ? answer : text) };
}

/** What the kit or the adapter says of each fault, unless the kind says otherwise. */
export const EXPECTED = {
  'lost write': /^lost write: /,
  'torn write': /^torn value: /,
  'stale read': /^(stale read|stale read or lost write|lost write): /,
  'wrong type': /returned a number/,
  'error as value': /returned an Error object/,
};

/** Enough to find what is broken. */
const SIZES = { increments: 100, keys: 200, rewrites: 20 };

/** The messages of the cases that fail. */
export async function failures(storageCases, factory) {
  const messages = [];
  for (const { run } of storageCases(factory, { sizes: SIZES }))
    await run().catch((error) => messages.push(error.message));
  return messages;
}

/**
 * One test a fault: the kit must fail, with a message that names the fault; and one without any, which must pass.
 *
 * @param kind The name of the kind.
 * @param make From a fault to a factory of stores.
 * @param says Patterns in place of those of EXPECTED, where the adapter itself notices.
 */
export function brokenKind(test, storageCases, kind, make, says = {}) {
  test(`the kit passes ${kind} when nothing beneath is broken`, async () => {
    const messages = await failures(storageCases, await make(sound()));
    if (messages.length > 0) throw new Error(messages.join('\n'));
  });
  for (const [name, fault] of Object.entries(faults)) {
    test(`r63 the kit names the fault beneath ${kind}: ${name}`, async () => {
      const messages = await failures(storageCases, await make(fault()));
      const pattern = says[name] ?? EXPECTED[name];
      if (messages.length === 0) throw new Error('the kit passed a broken store');
      if (!messages.some((message) => pattern.test(message))) throw new Error(`not ${pattern}: ${messages.join('\n')}`);
    });
  }
}
