/** Runs the steps of one key one after another, within this process. Knows nothing about what the steps do. */

/** By what is written to, so that two stores over one thing queue together. */
const queues = new WeakMap<object, Map<string, Promise<unknown>>>();

/** Runs `step` once every earlier step of this key of `owner` has ended, however it ended. */
export async function queued<T>(owner: object, key: string, step: () => Promise<T>): Promise<T> {
  const queue = queues.get(owner) ?? new Map<string, Promise<unknown>>();
  queues.set(owner, queue);
  const mine = (queue.get(key) ?? Promise.resolve()).then(step, step);
  queue.set(key, mine);
  try {
    return await mine;
  } finally {
    if (queue.get(key) === mine) queue.delete(key);
  }
}
