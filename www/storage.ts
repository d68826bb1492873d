/** The package's Storage interface over the Worker's `/api/storage`. Sees sealed records only. */
import type { Storage } from 'ductape-models';

const ENDPOINT = '/api/storage';

export const httpStorage: Storage = {
  capabilities: {
    cas: true,
    read: 'strong',
    list: 'strong',
    atomicWrite: true,
    maxKeyBytes: 512,
    maxValueBytes: 1_048_576,
  },

  async get(key) {
    const answer = await fetch(addressOf(key));
    if (answer.status === 404) return null;
    await demandOk(answer);
    return { value: await answer.text(), etag: etagOf(answer) };
  },

  async put(key, value, { ifMatch } = {}) {
    const answer = await fetch(addressOf(key), { method: 'PUT', body: value, headers: condition(ifMatch) });
    if (answer.status === 412) return { conflict: true };
    await demandOk(answer);
    return { etag: etagOf(answer) };
  },

  async delete(key, { ifMatch } = {}) {
    const answer = await fetch(addressOf(key), { method: 'DELETE', headers: condition(ifMatch) });
    if (answer.status === 412) return { conflict: true };
    await demandOk(answer);
    return { deleted: true };
  },

  async list(prefix, { cursor, limit }) {
    const query = new URLSearchParams({ prefix, limit: String(limit) });
    if (cursor) query.set('cursor', cursor);
    const answer = await fetch(`${ENDPOINT}?${query}`);
    await demandOk(answer);
    return (await answer.json()) as { keys: string[]; cursor: string | null };
  },
};

function addressOf(key: string): string {
  return `${ENDPOINT}/${encodeURIComponent(key)}`;
}

function condition(ifMatch: string | null | undefined): Record<string, string> {
  if (ifMatch === undefined) return {};
  return ifMatch === null ? { 'if-none-match': '*' } : { 'if-match': `"${ifMatch}"` };
}

function etagOf(answer: Response): string {
  return (answer.headers.get('etag') ?? '').replaceAll('"', '');
}

async function demandOk(answer: Response): Promise<void> {
  if (answer.ok) return;
  throw new Error(`The store answered ${answer.status}.`);
}
