// A store in this process's memory: for tests, and for whoever creates models at every start.

import type { Storage } from './types.js';

const PAGE = 1000;

/** A fresh, empty store. It compares and sets, and forgets everything with the process. */
export function memoryStorage(): Storage {
  const records = new Map<string, { value: string; etag: string }>();
  let version = 0;
  const fits = (key: string, ifMatch: string | null | undefined) =>
    ifMatch === undefined || (records.get(key)?.etag ?? null) === ifMatch;
  return {
    capabilities: { cas: true, read: 'strong', list: 'strong', atomicWrite: true },
    get(key) {
      const record = records.get(key);
      return record ? { ...record } : null;
    },
    put(key, value, { ifMatch } = {}) {
      if (!fits(key, ifMatch)) return { conflict: true };
      version += 1;
      const etag = String(version);
      records.set(key, { value, etag });
      return { etag };
    },
    delete(key, { ifMatch } = {}) {
      if (!fits(key, ifMatch)) return { conflict: true };
      return { deleted: records.delete(key) };
    },
    list(prefix, { cursor, limit = PAGE } = {}) {
      const found = [...records.keys()].filter((key) => key.startsWith(prefix)).sort();
      const rest = cursor === undefined ? found : found.filter((key) => key > cursor);
      const keys = rest.slice(0, limit);
      return { keys, cursor: rest.length > keys.length ? keys.at(-1) : undefined };
    },
  };
}
