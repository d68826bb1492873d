/** The conformance kit over the stores of the package. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { fileStorage, fromCallback, memoryStorage, testStorage } from './package-under-test.mjs';

const folder = mkdtempSync(join(tmpdir(), 'storage-kit-'));
after(() => rmSync(folder, { recursive: true }));

testStorage('memory', memoryStorage, { test });

testStorage('callback over a Map', () => fromCallback(mapCallback()), { test });

// Asynchronous and in no order, as a remote store may answer.
testStorage('callback that waits', () => fromCallback(slowCallback(new Map())), { test });

testStorage('file', () => fileStorage({ folder }), { test });

function mapCallback() {
  const map = new Map();
  return {
    get: (key) => map.get(key),
    set: (key, value) => map.set(key, value),
    delete: (key) => map.delete(key),
    list: (prefix) => [...map.keys()].filter((key) => key.startsWith(prefix)),
  };
}

function slowCallback(map) {
  const later = (step) => new Promise((resolve) => setImmediate(() => resolve(step())));
  return {
    get: (key) => later(() => map.get(key) ?? null),
    set: (key, value) => later(() => void map.set(key, value)),
    delete: (key) => later(() => void map.delete(key)),
    // Ignores the prefix and repeats itself: the wrapper has to cope.
    list: () => later(() => [...map.keys(), ...map.keys()].reverse()),
  };
}
