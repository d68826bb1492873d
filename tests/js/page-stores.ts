// The stores of a page, in a page: the kit, a client over each, and each broken beneath. What takes two tabs, a quota or a crash
// is in run-page-stores.ts.

import { brokenKind } from './storage/broken-kinds.mjs';

/** The package's parts that run here, as they were installed. */
export interface Parts {
  Ductape: typeof import('ductape-models').default;
  webStorage: typeof import('ductape-models/storage/web-storage').webStorage;
  indexedDbStorage: typeof import('ductape-models/storage/indexeddb').indexedDbStorage;
  storageCases: typeof import('ductape-models/testing').storageCases;
  clientStorageCases: typeof import('ductape-models/testing').clientStorageCases;
}

/** What changes the texts that pass between an adapter and what lies beneath it. */
interface Fault {
  write(key: string, text: string): string | undefined;
  read(key: string, text: string | null): unknown;
}

interface Case {
  name: string;
  run(): Promise<void>;
}

/** Given by the runner: sets the origin's quota in bytes; without a number, the browser's own again. */
declare function setQuota(bytes?: number): Promise<void>;

const LOCAL = 'ductape-models:';

/** Every case, in order; with `sizes`, the kit's cases in that form. */
export function pageCases(parts: Parts, sizes: object = {}): Case[] {
  const { Ductape, webStorage, indexedDbStorage, storageCases, clientStorageCases } = parts;
  const list: Case[] = [];
  const test = (name: string, run: () => Promise<void>) => list.push({ name, run });
  const conforms = (
    name: string,
    options: Parameters<typeof storageCases>[1],
    make: Parameters<typeof storageCases>[0],
  ) => {
    const both = [...storageCases(make, { ...options, sizes }), ...clientStorageCases(Ductape, make)];
    for (const item of both) test(`${name}: ${item.name}`, item.run);
  };

  conforms('localStorage', areaHooks(localStorage), () => webStorage());
  conforms('sessionStorage', areaHooks(sessionStorage), () => webStorage({ area: sessionStorage }));
  conforms('IndexedDB', databaseHooks(), () => indexedDbStorage());

  brokenKind(test, storageCases, 'localStorage', (fault: Fault) => () => webStorage(faultyArea(fault)), {
    'torn write': /torn/,
  });
  brokenKind(test, storageCases, 'IndexedDB', (fault: Fault) => () => faultyDatabase(fault, indexedDbStorage), {
    'wrong type': /holds a number/,
  });
  return list;
}

function areaHooks(area: Storage) {
  const nameOf = (key: string) => `${LOCAL}text:${key}`;
  return {
    faults: {
      quota_exceeded: () => {
        fill(area);
        return () => area.removeItem('filler');
      },
    },
    plant: (under: string) => {
      area.setItem('theme', 'dark');
      area.setItem(nameOf(`${under}z`), 'not of this store');
    },
    tear: (key: string, length: number) => {
      const text = area.getItem(nameOf(key)) ?? '';
      if (length >= text.length) return false;
      area.setItem(nameOf(key), text.slice(0, length));
      return true;
    },
  };
}

/** Leaves no room for one more character. */
function fill(area: Storage): void {
  let filler = '';
  for (let size = 2 ** 23; size >= 1; size /= 2) {
    try {
      area.setItem('filler', filler + 'x'.repeat(size));
      filler += 'x'.repeat(size);
    } catch {
      // Too much; half of it may fit.
    }
  }
}

function databaseHooks() {
  return {
    faults: {
      // Filled, not shrunk: the browser remembers for a while how much room it last found.
      quota_exceeded: async () => {
        await fillDatabase();
        return async () => {
          await setQuota();
          indexedDB.deleteDatabase('filler');
        };
      },
    },
    plant: async (under: string) => {
      const database = await opened('ductape-models');
      const records = database.transaction('records', 'readwrite').objectStore('records');
      records.put('not of this store', `${under}y`);
      records.put({ value: 7, etag: null }, `${under}z`);
      await new Promise((done) => {
        records.transaction.oncomplete = done;
      });
      database.close();
    },
  };
}

async function fillDatabase(): Promise<void> {
  const request = indexedDB.open('filler');
  request.onupgradeneeded = () => void request.result.createObjectStore('filler');
  const database = await new Promise<IDBDatabase>((resolve) => {
    request.onsuccess = () => resolve(request.result);
  });
  const put = (size: number, key: string) =>
    new Promise<boolean>((done) => {
      const writing = database.transaction('filler', 'readwrite');
      writing.objectStore('filler').put(noise(size), key);
      writing.oncomplete = () => done(true);
      writing.onabort = () => done(false);
    });
  for (let size = 2 ** 23; size >= 2 ** 8; size /= 2) {
    for (let count = 0; await put(size, `${size}-${count}`); count += 1);
  }
  database.close();
}

/** Text that a database cannot compress, so that it takes the room that it seems to take. */
export function noise(length: number): string {
  let text = '';
  let state = length + 1;
  while (text.length < length) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    text += String.fromCharCode(33 + ((state >>> 24) % 90), 33 + (((state >>> 16) & 255) % 90));
  }
  return text.slice(0, length);
}

function opened(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** The real area behind a fault, with the real locks. */
function faultyArea(fault: Fault) {
  const prefix = 'broken:';
  const isText = (name: string) => name.startsWith(`${prefix}text:`);
  const area = {
    get length() {
      return localStorage.length;
    },
    key: (index: number) => localStorage.key(index),
    getItem: (name: string) => {
      const text = localStorage.getItem(name);
      return (isText(name) ? fault.read(name, text) : text) as string | null;
    },
    setItem: (name: string, text: string) => {
      const stored = isText(name) ? fault.write(name, text) : text;
      if (stored !== undefined) localStorage.setItem(name, stored);
    },
    removeItem: (name: string) => localStorage.removeItem(name),
  };
  for (const name of Object.keys(localStorage)) if (isText(name)) localStorage.removeItem(name);
  return { area, prefix, locks: navigator.locks };
}

const { get, put } = IDBObjectStore.prototype;

/** A database whose object stores lie: the platform's own methods are replaced for the rest of the page, so these cases are last. */
function faultyDatabase(fault: Fault, make: Parts['indexedDbStorage']) {
  IDBObjectStore.prototype.put = function (this: IDBObjectStore, record: { value: string; etag: string }, key: string) {
    const value = fault.write(key, record.value);
    // Any request that succeeds passes for the acknowledgement of a write that never happened.
    return value === undefined ? get.call(this, key) : put.call(this, { ...record, value }, key);
  } as typeof put;
  IDBObjectStore.prototype.get = function (this: IDBObjectStore, key: string) {
    const request = get.call(this, key);
    const result = Object.getOwnPropertyDescriptor(IDBRequest.prototype, 'result')?.get;
    Object.defineProperty(request, 'result', { get: () => lied(result?.call(request), key, fault) });
    return request;
  } as typeof get;
  return make({ name: 'broken' });
}

function lied(found: { value: string; etag: string } | undefined, key: string, fault: Fault): unknown {
  const text = found?.value ?? null;
  const seen = fault.read(key, text);
  if (seen === text) return found;
  if (seen === null) return undefined;
  return typeof seen === 'object' ? seen : { value: seen, etag: found?.etag ?? 'stale' };
}
