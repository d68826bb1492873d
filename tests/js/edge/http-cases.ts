// The store over HTTP: the client against servers that misbehave, and the server half against requests that do.

import { request as send } from 'node:http';
import type { Storage, StorageCapabilities } from 'ductape-models';

import type { Case } from '../suite.js';
import { equal } from '../suite.js';
import { CANARY, fails } from './checks.js';
import { type Listening, listen, listenFor } from './node-server.js';

/** The package's parts, as they were installed. */
export interface Library {
  http: typeof import('ductape-models/storage/http');
  memory: typeof import('ductape-models/storage/memory');
  kv: typeof import('ductape-models/storage/kv');
}

export function httpCases({ http, memory, kv }: Library): Case[] {
  const { httpStorage, serveStorage } = http;
  const list: Case[] = [];
  const test = (name: string, run: () => Promise<void>): number => list.push({ name, run });

  /** A client of a server that answers so. */
  const against = async (
    listener: Parameters<typeof listen>[0],
    run: (store: Storage, server: Listening) => Promise<void>,
  ): Promise<void> => {
    const server = await listen(listener);
    try {
      await run(httpStorage({ url: server.url, headers: { authorization: `Bearer ${CANARY}` } }), server);
    } finally {
      await server.stop();
    }
  };
  /** The four calls, each of which must fail alike. */
  const calls = (store: Storage) => [
    () => store.get('a'),
    () => store.put('a', CANARY),
    () => store.delete('a'),
    () => store.list('a', { limit: 1 }),
  ];
  const serve = (storage: Storage, options = {}) =>
    listenFor((request) => serveStorage(storage, request, options) as Promise<Response>);

  for (const status of [301, 302, 303, 307, 308]) {
    test(`r62 a redirect with ${status} is refused, and its target hears nothing`, async () => {
      let heard = 0;
      const target = await listen((_request, response) => {
        heard += 1;
        response.writeHead(200, { etag: '"a"' }).end('stolen');
      });
      const location = `${target.url}/${CANARY}`;
      await against(
        (_request, response) => response.writeHead(status, { location }).end(),
        async (store) => {
          for (const call of calls(store)) await fails(call, { code: 'redirect_refused', retryable: false });
        },
      );
      await target.stop();
      equal(heard, 0);
    });
  }

  test('r63 a refusal of the server says whether and when to repeat', async () => {
    const later = new Date(Date.now() + 3_600_000).toUTCString();
    const refusals: [number, string | undefined, boolean, unknown][] = [
      [429, '7', true, 7000],
      [429, undefined, true, undefined],
      [503, '0', true, 0],
      [503, 'soon', true, undefined],
      [500, undefined, true, undefined],
      [401, '7', false, undefined],
      [403, undefined, false, undefined],
      [413, undefined, false, undefined],
      [400, undefined, false, undefined],
    ];
    for (const [status, wait, retryable, retryAfterMs] of refusals) {
      await against(
        (_request, response) =>
          response.writeHead(status, wait === undefined ? {} : { 'retry-after': wait }).end(`no: ${CANARY}`),
        async (store) => {
          for (const call of calls(store))
            await fails(call, { code: 'storage_error', status, retryable, retryAfterMs });
        },
      );
    }
    await against(
      (_request, response) => response.writeHead(503, { 'retry-after': later }).end(),
      async (store) => {
        const { retryAfterMs } = await fails(() => store.get('a'), { status: 503 });
        equal(Number(retryAfterMs) > 3_000_000 && Number(retryAfterMs) <= 3_600_000, true);
      },
    );
  });

  test('r63 a 404 of somebody else is an error, never "not there"', async () => {
    const strangers = ['', 'Not Found', '<html>', '{"error":{"code":"not_found"}}', '"record_not_found"', 'null'];
    for (const body of [...strangers, JSON.stringify({ error: { code: 'record_not_found' } }).repeat(200)]) {
      await against(
        (_request, response) => response.writeHead(404).end(body),
        async (store) => {
          await fails(() => store.get('a'), { code: 'storage_contract' });
          await fails(() => store.delete('a'), { code: 'storage_contract' });
          await fails(() => store.put('a', CANARY), { code: 'storage_error', status: 404 });
          await fails(() => store.list('a', { limit: 1 }), { code: 'storage_error', status: 404 });
        },
      );
    }
    // The same with the server half itself, asked beside its prefix.
    const server = await serve(memory.memoryStorage(), { prefix: '/api/storage' });
    for (const url of [server.url, `${server.url}/api`, `${server.url}/api/storages`, `${server.url}/api/storagex/y`])
      await fails(() => httpStorage({ url }).get('a'), { code: 'storage_contract' });
    equal(await httpStorage({ url: `${server.url}/api/storage/` }).get('a'), null);
    await server.stop();
  });

  test('r63 an answer outside the protocol is an error', async () => {
    const contract = { code: 'storage_contract' };
    const odd: [number, Record<string, string>, string | Uint8Array][] = [
      [200, {}, 'no tag'],
      [200, { etag: '""' }, 'an empty tag'],
      [200, { etag: 'bare' }, 'a tag without quotes'],
      [200, { etag: '"a"' }, Uint8Array.of(0xff, 0xfe)],
      [200, { etag: '"a"' }, 'x'.repeat(1_048_577)],
      [202, { etag: '"a"' }, 'another status'],
    ];
    for (const [status, headers, body] of odd) {
      await against(
        (_request, response) => response.writeHead(status, headers).end(body),
        async (store) => {
          await fails(() => store.get('a'), contract);
          await fails(() => store.put('a', 'b'), contract);
          await fails(() => store.delete('a'), contract);
        },
      );
    }
    const pages = [
      '',
      '[]',
      '{}',
      'null',
      '{"keys":[1]}',
      '{"keys":"a"}',
      '{"keys":[],"cursor":""}',
      '{"keys":[],"cursor":1}',
    ];
    for (const body of pages) {
      await against(
        (_request, response) => response.writeHead(200).end(body),
        async (store) => {
          await fails(() => store.list('a', { limit: 1 }), contract);
        },
      );
    }
  });

  test('r63 a connection that breaks is a retryable error', async () => {
    const broken = { code: 'storage_error', retryable: true };
    await against(
      (_request, response) => response.destroy(),
      async (store) => {
        for (const call of calls(store)) await fails(call, broken);
      },
    );
    await against(
      (_request, response) => {
        response.writeHead(200, { etag: '"a"', 'content-length': '100' });
        response.write('torn');
        setTimeout(() => response.destroy(), 20);
      },
      async (store) => {
        await fails(() => store.get('a'), broken);
        await fails(() => store.list('a', { limit: 1 }), broken);
      },
    );
    const gone = await listen(() => undefined);
    await gone.stop();
    const store = httpStorage({ url: gone.url, headers: { 'x-token': CANARY } });
    for (const call of calls(store)) await fails(call, { ...broken, cause: undefined });
    const throwing = httpStorage({
      url: gone.url,
      fetch: () => {
        throw new Error(CANARY);
      },
    });
    for (const call of calls(throwing)) await fails(call, broken);
  });

  test('r62 an address that is not allowed is refused and not repeated', async () => {
    const refused = { code: 'invalid_input' };
    const addresses = [
      `https://user:${CANARY}@models.example/`,
      `https://${CANARY}@models.example/`,
      `https://models.example/?key=${CANARY}`,
      `https://models.example/#${CANARY}`,
      `http://${CANARY}.example/`,
      'http://127.0.0.1.example/',
      'http://0.0.0.0/',
      `ftp://${CANARY}/`,
      `/relative/${CANARY}`,
      '',
      7 as never,
    ];
    for (const url of addresses) await fails(() => httpStorage({ url }), refused);
    for (const url of [
      'https://a.example',
      'http://localhost:1',
      'http://a.localhost',
      'http://127.1.2.3',
      'http://[::1]:1',
    ])
      httpStorage({ url });
    httpStorage({ url: 'http://store.internal', allowInsecure: true });
    await fails(() => httpStorage({ url: 'ftp://store.internal', allowInsecure: true }), refused);
    await fails(() => httpStorage({ url: 'https://a.example', maxValueBytes: 0 }), refused);
  });

  test('r62 a header that is not allowed is refused and its value not repeated', async () => {
    const refused = { code: 'invalid_input' };
    const url = 'https://a.example';
    const values = [
      `${CANARY}\r\nx: y`,
      `${CANARY}\u00e9`,
      `${CANARY} `,
      ` ${CANARY}`,
      '',
      `${CANARY}\u0000`,
      7 as never,
    ];
    for (const value of values) {
      const { message } = await fails(() => httpStorage({ url, headers: { Authorization: value } }), refused);
      equal(message.startsWith('headers.authorization: '), true);
    }
    for (const name of ['If-Match', 'if-none-match', 'Content-Type', 'Host', 'a b', 'a:b', '', `${CANARY}\n`])
      await fails(() => httpStorage({ url, headers: { [name]: 'x' } }), refused);
  });

  test('every request carries the headers, no cookies, and follows no redirect', async () => {
    const seen: { url: string; init: Record<string, unknown> }[] = [];
    const store = httpStorage({
      url: 'https://a.example/base/',
      headers: { Authorization: 'Bearer x' },
      fetch: async (url, init) => {
        seen.push({ url, init: { ...init } });
        const body = init.method === 'GET' ? '{"keys":[]}' : null;
        return new Response(body, { status: init.method === 'GET' ? 200 : 204, headers: { etag: 'W/"weak"' } });
      },
    });
    equal(await store.get('lm1/shop/a b?c#d%'), { etag: 'weak', value: '{"keys":[]}' });
    equal(await store.put('lm1/shop/\u00e9', 'v', { ifMatch: 'e' }), { etag: 'weak' });
    equal(await store.put('a', 'v', { ifMatch: null }), { etag: 'weak' });
    equal(await store.delete('a', {}), { deleted: true });
    equal(await store.list('p/&x', { cursor: 'p/&x/1', limit: 5000 }), { keys: [], cursor: null });
    equal(
      seen.map(({ url }) => url),
      [
        'https://a.example/base/lm1/shop/a%20b%3Fc%23d%25',
        'https://a.example/base/lm1/shop/%C3%A9',
        'https://a.example/base/a',
        'https://a.example/base/a',
        'https://a.example/base?prefix=p%2F%26x&limit=1000&cursor=p%2F%26x%2F1',
      ],
    );
    for (const { init } of seen) {
      equal([init.redirect, init.credentials, init.referrerPolicy], ['manual', 'omit', 'no-referrer']);
      equal((init.headers as Record<string, string>).authorization, 'Bearer x');
    }
    const conditions = seen.map(({ init }) => {
      const headers = init.headers as Record<string, string>;
      return [headers['if-match'] ?? null, headers['if-none-match'] ?? null];
    });
    equal(conditions, [
      [null, null],
      ['"e"', null],
      [null, '*'],
      [null, null],
      [null, null],
    ]);
  });

  test('a key that would not survive in an address is refused by both halves', async () => {
    const server = await serve(memory.memoryStorage());
    const store = httpStorage({ url: server.url });
    for (const key of ['.', '..', 'a/..', '../a', 'a//b', '/a', 'a/', 'a/./b', '\ud800']) {
      await fails(() => store.get(key), { code: 'invalid_input' });
      await fails(() => store.put(key, CANARY), { code: 'invalid_input' });
      await fails(() => store.delete(key), { code: 'invalid_input' });
    }
    for (const path of ['/a%2F..%2Fb', '/a//b', '/%2E%2E%2Fa', '/%ff', '/%', '/a%2F', `/${'k'.repeat(513)}`])
      equal([path, (await raw(server.url, 'GET', path)).status], [path, 400]);
    // Both spellings of a slash are one key: addresses are rewritten on the way.
    await raw(server.url, 'PUT', '/a%2Fb', {}, 'x');
    equal((await store.get('a/b'))?.value, 'x');
    await server.stop();
  });

  test('r30c the server refuses a condition it does not understand, and never takes it for none', async () => {
    const server = await serve(memory.memoryStorage());
    await raw(server.url, 'PUT', '/a', {}, 'kept');
    const conditions: Record<string, string>[] = [
      { 'if-match': '*' },
      { 'if-match': 'bare' },
      { 'if-match': 'W/"1"' },
      { 'if-match': '"1", "2"' },
      { 'if-match': '' },
      { 'if-none-match': '"1"' },
      { 'if-none-match': '' },
      { 'if-none-match': '*', 'if-match': '"1"' },
    ];
    for (const headers of conditions) {
      for (const method of ['PUT', 'DELETE']) {
        const { status } = await raw(server.url, method, '/a', headers, method === 'PUT' ? 'intruder' : undefined);
        equal([headers, status], [headers, 400]);
      }
    }
    equal((await raw(server.url, 'GET', '/a')).text, 'kept');
    await server.stop();
  });

  test('r30c etags of any text survive as headers', async () => {
    const server = await serve(oddTags(memory.memoryStorage()));
    const store = httpStorage({ url: server.url });
    const first = await store.put('a', 'one');
    if (!('etag' in first)) throw new Error('refused');
    equal((await store.get('a'))?.etag, first.etag);
    equal('etag' in (await store.put('a', 'two', { ifMatch: first.etag })), true);
    equal(await store.put('a', 'three', { ifMatch: first.etag }), { conflict: true });
    for (const ifMatch of ['', 'a"b', 'a b', 'a\r\nb', '\u00e9']) {
      equal(await store.put('a', 'intruder', { ifMatch }), { conflict: true });
      equal(await store.delete('a', { ifMatch }), { conflict: true });
    }
    equal((await store.get('a'))?.value, 'two');
    await server.stop();
  });

  test('r63 the server bounds what it reads and says what it takes', async () => {
    const server = await serve(memory.memoryStorage(), { maxValueBytes: 1000 });
    const codeOf = async (answer: Promise<Raw>): Promise<unknown> => {
      const { status, text, headers } = await answer;
      equal(headers['x-content-type-options'], 'nosniff');
      equal(headers['cache-control'], 'no-store, no-transform');
      return [status, JSON.parse(text).error.code];
    };
    const body = CANARY.repeat(100);
    equal(await codeOf(raw(server.url, 'PUT', '/a', {}, body)), [413, 'body_too_large']);
    equal(await codeOf(raw(server.url, 'PUT', '/a', { 'transfer-encoding': 'chunked' }, body)), [
      413,
      'body_too_large',
    ]);
    equal(await codeOf(raw(server.url, 'PUT', '/a', {}, Buffer.of(0x61, 0xff))), [400, 'invalid_input']);
    equal(await codeOf(raw(server.url, 'GET', '/a')), [404, 'record_not_found']);
    equal(await codeOf(raw(server.url, 'POST', '/a')), [405, 'method_refused']);
    equal((await raw(server.url, 'PATCH', '/a')).headers.allow, 'GET, PUT, DELETE');
    equal((await raw(server.url, 'PUT', '/')).headers.allow, 'GET');
    for (const limit of ['0', '1001', '-1', '1.5', 'x', ''])
      equal(await codeOf(raw(server.url, 'GET', `/?limit=${limit}`)), [400, 'invalid_input']);
    await server.stop();
  });

  test('r62 r63 a failing store becomes a status, and its text stays behind the server', async () => {
    const failures: [Record<string, unknown>, number, unknown, unknown][] = [
      [{ retryable: true, status: 429, retryAfterMs: 1500 }, 429, '2', 2000],
      [{ retryable: true, retryAfterMs: 10 }, 503, '1', 1000],
      [{ retryable: true }, 503, '1', 1000],
      [{ retryable: false, status: 429 }, 500, undefined, undefined],
      [{ code: 'invalid_input' }, 400, undefined, undefined],
      [{}, 500, undefined, undefined],
    ];
    for (const [facts, status, wait, retryAfterMs] of failures) {
      const server = await serve(failing(Object.assign(new Error(CANARY), facts)));
      const answer = await raw(server.url, 'GET', '/a');
      equal([answer.status, answer.headers['retry-after']], [status, wait]);
      equal(answer.text.includes(CANARY), false);
      const store = httpStorage({ url: server.url });
      for (const call of calls(store)) await fails(call, { code: 'storage_error', status, retryAfterMs });
      await server.stop();
    }
  });

  test('r30c a store without compare-and-set is not served', async () => {
    const request = new Request('http://127.0.0.1/a');
    const short: StorageCapabilities[] = [
      { cas: false },
      { cas: true, read: 'eventual' },
      { cas: true, list: 'eventual' },
      kv.kvStorage({} as never).capabilities,
    ];
    for (const capabilities of short) {
      const weak = { ...memory.memoryStorage(), capabilities };
      await fails(() => serveStorage(weak, request), { code: 'invalid_input' });
    }
  });

  test('r30c a delete over HTTP tells done, absent and refused apart', async () => {
    const server = await serve(memory.memoryStorage());
    const store = httpStorage({ url: server.url });
    equal(await store.delete('a', { ifMatch: null }), { deleted: false });
    equal(await store.delete('a', { ifMatch: 'x' }), { conflict: true });
    await store.put('a', 'x');
    equal(await store.delete('a', { ifMatch: null }), { conflict: true });
    equal(await store.delete('a'), { deleted: true });
    equal(await store.delete('a'), { deleted: false });
    await server.stop();
  });

  return list;
}

interface Raw {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

/** A request as it is written, for `fetch` would put it right. */
function raw(
  url: string,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string | Buffer,
): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const sent = send({ host: hostname, port, method, path, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk) => {
        text += chunk;
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Tags with all that a header cannot hold. */
function oddTags(storage: Storage): Storage {
  const odd = (etag: string): string => `"${etag}" \u00e9\n,`;
  const plain = (ifMatch: string | null | undefined) =>
    typeof ifMatch === 'string' ? (/^"(\d+)"/.exec(ifMatch)?.[1] ?? '-') : ifMatch;
  return {
    ...storage,
    async get(key) {
      const stored = await storage.get(key);
      return stored === null ? null : { ...stored, etag: odd(stored.etag) };
    },
    async put(key, value, options) {
      const done = await storage.put(key, value, { ifMatch: plain(options?.ifMatch) });
      return 'etag' in done ? { etag: odd(done.etag) } : done;
    },
    delete: (key, options) => storage.delete(key, { ifMatch: plain(options?.ifMatch) }),
  };
}

function failing(error: Error): Storage {
  const fail = (): never => {
    throw error;
  };
  return { capabilities: { cas: true }, get: fail, put: fail, delete: fail, list: fail };
}
