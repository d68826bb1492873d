/**
 * Every kind of store that Node can run, broken beneath in five ways. IndexedDB and the real localStorage are in
 * tests/js/page-stores; what is real beneath the stores of the edge is in tests/js/edge.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createStorage } from 'unstorage';

import { brokenKind } from './broken-kinds.mjs';
import { fakeDatabase, fakeNamespace } from './edge-fakes.mjs';
import { fakeArea, faultyCallback, faultyStore } from './fakes.mjs';
import {
  d1Storage,
  durableObjectStorage,
  fileStorage,
  fromCallback,
  httpStorage,
  kvStorage,
  memoryStorage,
  serveStorage,
  storageCases,
  unstorageStorage,
  webStorage,
} from './package-under-test.mjs';

const base = mkdtempSync(join(tmpdir(), 'storage-broken-'));
after(() => rmSync(base, { recursive: true }));
const real = { readFile: fs.readFile, rename: fs.rename };
const kind = (...given) => brokenKind(test, storageCases, ...given);

kind('memory', (fault) => () => faultyStore(memoryStorage(), fault));

kind('a callback', (fault) => () => fromCallback(faultyCallback(fault)));

kind('Web Storage', (fault) => () => webStorage({ area: fakeArea({ fault: itemsOnly(fault) }) }), {
  // The frame shows the cut before the kit sees it.
  'torn write': /torn/,
});

kind('unstorage', (fault) => () => unstorageStorage(faultyInstance(fault), { patienceMs: 20 }), {
  // Reading back finds these out.
  'lost write': /acknowledged a write and did not do it/,
  'torn write': /acknowledged a write and left it torn/,
});

kind('Workers KV', (fault) => () => kvStorage(fakeNamespace(fault)), {
  'wrong type': /text or null/,
  'error as value': /text or null/,
});

kind('D1', (fault) => () => d1Storage(fakeDatabase(fault)));

kind('a Durable Object', (fault) => () => durableObjectStorage(faultyStore(memoryStorage(), fault)), {
  'wrong type': /Durable Object|returned a number/,
  'error as value': /Durable Object|returned an Error/,
});

kind('HTTP', (fault) => () => overHttp(faultyStore(memoryStorage(), fault)), {
  // The server half answers for its store; the client sees a failure.
  'wrong type': /status 500/,
  'error as value': /status 500/,
});

kind('files', (fault) => () => onDisk(fault), {
  // The disk gives bytes or throws; what is no file of this store's is an error.
  'wrong type': /not written by this store/,
  'error as value': /could not get: EIO/,
});

/** Only the items of records; the store's own count is not theirs to break. */
function itemsOnly(fault) {
  const isItem = (name) => name.includes(':text:');
  return {
    read: (name, text) => (isItem(name) ? fault.read(name, text) : text),
    write: (name, text) => (isItem(name) ? fault.write(name, text) : text),
  };
}

/** Client and server half, with no network between. */
function overHttp(storage) {
  const fetch = (url, init) => serveStorage(storage, new Request(url, init));
  return httpStorage({ url: 'http://127.0.0.1:9', fetch });
}

function faultyInstance(fault) {
  const instance = createStorage();
  return {
    getItem: async (key) => fault.read(key, await instance.getItem(key)),
    setItem: async (key, text) => {
      const stored = fault.write(key, text);
      if (stored !== undefined) await instance.setItem(key, stored);
    },
    removeItem: (key) => instance.removeItem(key),
    getKeys: (from) => instance.getKeys(from),
  };
}

/** The file system's own functions, replaced while the tests of this process run. */
function onDisk(fault) {
  const { readFile, rename } = real;
  fs.rename = async (from, to) => {
    if (!to.endsWith('.value')) return rename(from, to);
    const stored = fault.write(to, await readFile(from, 'utf8'));
    if (stored === undefined) return undefined;
    await fs.writeFile(from, stored);
    return rename(from, to);
  };
  fs.readFile = async (path, ...options) => {
    const text = await readFile(path, 'utf8').catch((error) => {
      if (error.code === 'ENOENT' && !path.endsWith('.value')) throw error;
      return error.code === 'ENOENT' ? null : Promise.reject(error);
    });
    const seen = fault.read(path, text);
    if (seen === null) return readFile(`${path}.none`, ...options);
    // What a disk can do instead of answering with a number or an error object.
    if (typeof seen === 'number') return Buffer.from(String(seen));
    if (typeof seen === 'object') throw Object.assign(seen, { code: 'EIO' });
    return Buffer.from(seen);
  };
  syncBuiltinESMExports();
  return fileStorage({ folder: mkdtempSync(join(base, 'files-')) });
}
