/** Named things that survive a reload and are no text: keys that IndexedDB clones without showing them to anybody. */

const DATABASE = 'ductape-page';
const STORE = 'kept';

export async function kept(name: string): Promise<unknown> {
  return withStore('readonly', (store) => store.get(name));
}

export async function keep(name: string, value: unknown): Promise<void> {
  await withStore('readwrite', (store) => store.put(value, name));
}

async function withStore<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await open();
  try {
    const transaction = database.transaction(STORE, mode, { durability: 'strict' });
    const over = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? new Error('IndexedDB gave up a transaction.'));
    });
    const value = await answer(act(transaction.objectStore(STORE)));
    await over;
    return value;
  } finally {
    database.close();
  }
}

function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE);
  return answer(request);
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('IndexedDB refused.'));
  });
}
