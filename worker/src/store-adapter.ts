/** The package's Storage interface over a {@link ModelStore}. Knows the two shapes, nothing else. */
import type { Storage } from 'ductape-models';
import type { ModelStore } from './store';

export function durableStorage(store: DurableObjectStub<ModelStore>): Storage {
  return {
    capabilities: {
      cas: true,
      read: 'strong',
      list: 'strong',
      atomicWrite: true,
      maxKeyBytes: 512,
      maxValueBytes: 1_048_576,
    },
    async get(key) {
      return store.get(key);
    },
    async put(key, value, { ifMatch } = {}) {
      const outcome = await store.put(key, value, ifMatch);
      return outcome.written ? { etag: outcome.etag } : { conflict: true };
    },
    async delete(key, { ifMatch } = {}) {
      return (await store.delete(key, ifMatch)) ? { deleted: true } : { conflict: true };
    },
    async list(prefix, { cursor, limit }) {
      return store.list(prefix, cursor ?? '', limit);
    },
  };
}
