/** Things that lie beneath adapters, made of a Map, with doors for tests. Runs in Node and in a page. */

/** A Web Storage area; `quota` is the number of characters that it takes, names included. */
export function fakeArea({ quota = Number.POSITIVE_INFINITY, fault } = {}) {
  const map = new Map();
  const used = () => [...map].reduce((sum, [name, text]) => sum + name.length + text.length, 0);
  const area = {
    quota,
    map,
    get length() {
      return map.size;
    },
    key: (index) => [...map.keys()][index] ?? null,
    getItem: (name) => {
      const text = map.get(name) ?? null;
      return fault ? fault.read(name, text) : text;
    },
    setItem: (name, given) => {
      const text = fault ? fault.write(name, given) : given;
      if (text === undefined) return;
      const grown = used() - (map.has(name) ? name.length + map.get(name).length : 0) + name.length + text.length;
      // The same size again is always taken, as browsers do.
      if (grown > area.quota && grown > used()) throw Object.assign(new Error('full'), { name: 'QuotaExceededError' });
      map.set(name, text);
    },
    removeItem: (name) => map.delete(name),
  };
  return area;
}

/** Several tabs over one area: each reads a copy that follows the others' writes after `delay.ms`. */
export function fakeTabs(count, delay) {
  const copies = Array.from({ length: count }, () => new Map());
  return copies.map((copy) => {
    const send = (apply) => {
      apply(copy);
      for (const other of copies) if (other !== copy) setTimeout(() => apply(other), delay.ms).unref?.();
    };
    return {
      get length() {
        return copy.size;
      },
      key: (index) => [...copy.keys()][index] ?? null,
      getItem: (name) => copy.get(name) ?? null,
      setItem: (name, text) => send((map) => map.set(name, text)),
      removeItem: (name) => send((map) => map.delete(name)),
    };
  });
}

/** The part of Web Locks that stores use. */
export function fakeLocks() {
  const tails = new Map();
  const held = new Set();
  return {
    async request(name, { mode }, run) {
      const before = mode === 'exclusive' ? (tails.get(name) ?? Promise.resolve()) : Promise.resolve();
      const entry = { name };
      const mine = before.then(async () => {
        held.add(entry);
        try {
          return await run();
        } finally {
          held.delete(entry);
        }
      });
      tails.set(
        name,
        mine.catch(() => undefined),
      );
      return mine;
    },
    query: async () => ({ held: [...held] }),
  };
}

/** Four functions over a Map, each text through the fault. */
export function faultyCallback(fault) {
  const map = new Map();
  return {
    get: (key) => fault.read(key, map.get(key) ?? null),
    set: (key, text) => {
      const stored = fault.write(key, text);
      if (stored !== undefined) map.set(key, stored);
    },
    delete: (key) => map.delete(key),
    list: (prefix) => [...map.keys()].filter((key) => key.startsWith(prefix)),
  };
}

/** A store with every value through the fault: for kinds with nothing beneath that could lie. */
export function faultyStore(store, fault) {
  return {
    ...store,
    get: async (key) => {
      const stored = await store.get(key);
      const value = fault.read(key, stored?.value ?? null);
      if (value === (stored?.value ?? null)) return stored;
      if (value === null || typeof value === 'object') return value;
      return { value, etag: stored?.etag ?? 'stale' };
    },
    put: async (key, value, options) => {
      const stored = fault.write(key, value);
      return stored === undefined ? { etag: 'lost' } : store.put(key, stored, options);
    },
  };
}
