/** What lies beneath the stores of the edge, made of a Map, with every text through a fault. */

/** A KV namespace. */
export function fakeNamespace(fault) {
  const map = new Map();
  return {
    get: async (key) => fault.read(key, map.get(key) ?? null),
    put: async (key, text) => {
      const stored = fault.write(key, text);
      if (stored !== undefined) map.set(key, stored);
    },
    delete: async (key) => void map.delete(key),
    list: async ({ prefix, limit, cursor = '' }) => {
      const names = [...map.keys()].filter((name) => name.startsWith(prefix) && name > cursor).sort();
      const keys = names.slice(0, limit).map((name) => ({ name }));
      const isLast = names.length <= limit;
      return { keys, list_complete: isLast, ...(isLast ? {} : { cursor: keys.at(-1).name }) };
    },
  };
}

/** A D1 database that knows the adapter's statements by what tells them apart. */
export function fakeDatabase(fault) {
  const rows = new Map();
  const put = (key, value, etag) => {
    const stored = fault.write(key, value);
    if (stored !== undefined) rows.set(key, { value: stored, etag });
    return 1;
  };
  const changes = (sql, [key, second, etag, ifMatch]) => {
    if (sql.startsWith('CREATE')) return 0;
    if (sql.includes('DO NOTHING')) return rows.has(key) ? 0 : put(key, second, etag);
    if (sql.startsWith('INSERT')) return put(key, second, etag);
    if (sql.startsWith('UPDATE')) return rows.get(key)?.etag === ifMatch ? put(key, second, etag) : 0;
    if (sql.includes('etag')) return rows.get(key)?.etag === second && rows.delete(key) ? 1 : 0;
    return rows.delete(key) ? 1 : 0;
  };
  const results = (sql, [first, cursor, limit]) => {
    if (sql.includes('ORDER BY')) {
      const keys = [...rows.keys()].filter((key) => key.startsWith(first) && (cursor === '' || key > cursor));
      return keys
        .sort()
        .map((key) => ({ key }))
        .slice(0, limit);
    }
    const row = rows.get(first);
    const value = fault.read(first, row?.value ?? null);
    return value === null ? [] : [{ value, etag: row?.etag ?? 'stale' }];
  };
  const statement = (sql, values = []) => ({
    bind: (...bound) => statement(sql, bound),
    run: async () => ({ meta: { changes: changes(sql, values) } }),
    all: async () => ({ results: results(sql, values) }),
  });
  return { prepare: (sql) => statement(sql) };
}
