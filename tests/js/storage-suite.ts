// The published conformance kit against the adapters, and against stores that are broken on purpose.

import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Storage } from 'ductape-models';
import type { Case } from './suite.js';

type Load = (name: string) => Promise<unknown>;
type Kit = typeof import('ductape-models/testing');

/** The kit's cases for every adapter, then the cases that the kit itself must fail. */
export async function storageCases(load: Load): Promise<Case[]> {
  const { testStorage } = (await load('testing.js')) as Kit;
  const { memoryStorage } = (await load('storage/memory.js')) as typeof import('ductape-models/storage/memory');
  const { fileStorage } = (await load('storage/file.js')) as typeof import('ductape-models/storage/file');
  const { callbackStorage } = (await load('storage/callback.js')) as typeof import('ductape-models/storage/callback');
  const list: Case[] = [];
  const test = (name: string, run: () => Promise<void>) => void list.push({ name, run });
  const folders: string[] = [];
  const folder = () => {
    const made = mkdtempSync(join(tmpdir(), 'ductape-models-store-'));
    folders.push(made);
    return made;
  };

  testStorage('memory', () => memoryStorage(), { test });
  testStorage('file', () => fileStorage(folder()), { test });
  testStorage('callback', () => callbackStorage(plainMap()), { test });

  test('file: records are private to the user', async () => {
    const place = join(folder(), 'inner');
    await fileStorage(place).put('lm1/shop/a', 'x');
    const modes = [statSync(place).mode & 0o777, ...readdirSync(place).map((name) => statSync(join(place, name)).mode & 0o777)];
    if (modes.join() !== [0o700, 0o600].join()) throw new Error(`modes ${modes.map((mode) => mode.toString(8)).join()}`);
  });

  const broken: [string, RegExp, (good: Storage) => Storage][] = [
    ['lost write', /lost|missing/, (good) => ({ ...good, put: async () => ({ etag: '1' }) })],
    [
      'torn value',
      /byte for byte|changed/,
      (good) => ({ ...good, put: (key, value, options) => good.put(key, value.slice(0, -1), options) }),
    ],
    ['wrong type', /text/, (good) => ({ ...good, get: async () => ({ value: 7, etag: '1' }) as never })],
    ['error as value', /error/i, (good) => ({ ...good, get: async () => new Error('disk') as never })],
    ['no compare-and-set', /exactly one|condition/, (good) => ({ ...good, put: (key, value) => good.put(key, value) })],
  ];
  for (const [fault, message, breakIt] of broken) {
    test(`the kit names the fault: ${fault}`, async () => {
      const runs: (() => Promise<void>)[] = [];
      testStorage('broken', () => breakIt(memoryStorage()), { test: (_name, run) => void runs.push(run) });
      const found: string[] = [];
      for (const run of runs) await run().catch((error: Error) => found.push(error.message));
      if (!found.some((text) => message.test(text))) throw new Error(`not named; found ${JSON.stringify(found)}`);
    });
  }

  test('temporary folders are removed', async () => {
    for (const made of folders) rmSync(made, { recursive: true, force: true });
  });
  return list;
}

function plainMap() {
  const records = new Map<string, string>();
  return {
    get: (key: string) => records.get(key) ?? null,
    set: (key: string, value: string) => void records.set(key, value),
    delete: (key: string) => void records.delete(key),
    list: (prefix: string) => [...records.keys()].filter((key) => key.startsWith(prefix)),
  };
}
