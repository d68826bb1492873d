/** Lets the Nth storage call of an operation fail, for every N and every kind of fault, and looks at what is left. */

import type { Ductape } from '../client.js';
import type { Storage, Stored } from '../storage/types.js';
import { around } from './sentinel.js';
import { fail } from './subject.js';

/** What stands under a tag. */
export type State = 'nothing' | 'old' | 'new';

/** An operation, what is there before it and what it makes of it. */
export interface Op {
  readonly name: string;
  readonly run: (ductape: Ductape, tag: string) => Promise<unknown>;
  readonly from: State;
  readonly to: State;
}

interface Stage {
  client(storage?: Storage, more?: object): Ductape;
  /** Puts the old model under a tag. */
  prepare(tag: string): Promise<unknown>;
  /** What a sound client finds. Fails where it finds anything but a whole record. */
  state(tag: string): Promise<State>;
}

/** Long enough for a sound call to a slow store, short enough to wait for. */
const HANG_MS = 400;
const MAX_CALLS = 12;

type Fault = (run: () => Promise<unknown>, stale: () => unknown) => Promise<unknown>;

/** One call answers wrongly, the rest are sound; of a crash the rest fail as well. */
const FAULTS: Readonly<Record<string, Fault>> = {
  'throws before': () => Promise.reject(new Error('the store failed')),
  'throws after': async (run) => {
    await run();
    throw new Error('the connection was lost');
  },
  hangs: () => new Promise(() => undefined),
  'answers stale': async (run, stale) => stale() ?? run(),
  'delivers twice': async (run) => {
    await run();
    return run();
  },
  'answers nonsense': async () => 7,
  crashes: () => Promise.reject(new Error('the process is gone')),
};

/** Runs every operation with every fault at every call. */
export async function faultlines(store: Storage, ops: readonly Op[], stage: Stage): Promise<void> {
  const lines = Object.entries(FAULTS).flatMap(([kind, fault], index) =>
    ops.map(async (op) => {
      for (let at = 0; at < MAX_CALLS; at += 1) {
        const isOver = await scenario(store, op, stage, { kind, fault, at, tag: `f${index}-${op.name}-${at}` });
        if (isOver) break;
      }
    }),
  );
  await Promise.all(lines);
}

async function scenario(
  store: Storage,
  op: Op,
  stage: Stage,
  { kind, fault, at, tag }: { kind: string; fault: Fault; at: number; tag: string },
): Promise<boolean> {
  if (op.from === 'old') await stage.prepare(tag);
  const before = new Map<string, Stored | null>();
  let calls = 0;
  const faulty = around(store, async ({ operation, args }, run) => {
    const now = calls++;
    const key = String(args[0]);
    if (operation === 'put') before.set(key, await store.get(key));
    const isHit = now === at || (kind === 'crashes' && now > at);
    if (!isHit) return run();
    return fault(run, () => (operation === 'get' ? before.get(key) : undefined));
  });
  const ductape = stage.client(faulty, { storageTimeoutMs: HANG_MS });
  const error = await op.run(ductape, tag).then(
    () => undefined,
    (thrown: { readonly code?: unknown }) => thrown,
  );
  const where = `${op.name} over a store that ${kind} at call ${at + 1}`;
  if (error !== undefined && typeof error.code !== 'string')
    fail('wrong type', `${where} threw an error without a code`);
  const state = await stage.state(tag).catch((found: { readonly code?: unknown }) => {
    return fail('torn value', `after ${where} the record gives ${String(found.code)}`);
  });
  if (error === undefined && state !== op.to)
    fail('lost write', `${where} reported success and left the ${state} record`);
  if (state !== op.from && state !== op.to) fail('lost write', `${where} left the ${state} record`);
  return calls <= at;
}
