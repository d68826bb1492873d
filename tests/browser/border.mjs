// What the local server must refuse, asked without a browser: foreign hosts and origins, large and broken bodies.
import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';

const OVER_LIMIT = 1024 * 1024 + 1;

export async function border({ report, url, folder }) {
  const { port } = new URL(url);
  const send = (options, body) => exchange({ host: '127.0.0.1', port, ...options }, body);
  const post = (path, body, headers = {}) =>
    send({ method: 'POST', path, headers: { 'content-type': 'application/json', ...headers } }, body);

  await report.check('a host name that is not ours is refused (DNS rebinding)', async () => {
    const answer = await send({ path: '/api/storage', headers: { host: `rebound.example:${port}` } });
    assertError(answer, 421, 'host_refused');
  });

  await report.check('a write from another origin is refused, our own passes', async () => {
    const put = (headers) => send({ method: 'PUT', path: '/api/storage/probe', headers }, 'x');
    assertError(await put({ origin: 'http://evil.example' }), 403, 'origin_refused');
    assertError(await put({ origin: 'null' }), 403, 'origin_refused');
    assertError(await put({ 'sec-fetch-site': 'cross-site' }), 403, 'origin_refused');
    assert.equal((await put({ origin: url })).status, 204);
    assertError(
      await post('/mock/v1/chat/completions', '{}', { origin: 'http://evil.example' }),
      403,
      'origin_refused',
    );
  });

  await report.check('r30c a write with a stale ETag is refused and changes nothing', async () => {
    const at = (method, headers, body) => send({ method, path: '/api/storage/etag%2Fprobe', headers }, body);
    const made = await at('PUT', { 'if-none-match': '*' }, 'one');
    assert.equal(made.status, 204);
    assertError(await at('PUT', { 'if-none-match': '*' }, 'two'), 412, 'conflict');
    const second = await at('PUT', { 'if-match': made.headers.etag }, 'two');
    assertError(await at('PUT', { 'if-match': made.headers.etag }, 'three'), 412, 'conflict');
    assertError(await at('DELETE', { 'if-match': made.headers.etag }), 412, 'conflict');
    assert.equal((await at('GET', {})).text, 'two');
    assert.equal((await at('DELETE', { 'if-match': second.headers.etag })).status, 204);
    assertError(await at('GET', {}), 404, 'record_not_found');
  });

  await report.check('listing pages through a prefix without loss', async () => {
    const names = ['p/a', 'p/b', 'p/c', 'p/é', 'pa/x'];
    for (const name of names) await send({ method: 'PUT', path: `/api/storage/${encodeURIComponent(name)}` }, 'x');
    const keys = [];
    let cursor = '';
    do {
      const page = JSON.parse(
        (await send({ path: `/api/storage?prefix=p/&limit=2&cursor=${encodeURIComponent(cursor)}` })).text,
      );
      keys.push(...page.keys);
      cursor = page.cursor ?? '';
    } while (cursor !== '');
    assert.deepEqual(keys, names.slice(0, 4));
  });

  const own = { origin: url };
  await report.check('a body over 1 MiB is refused, with or without a length', async () => {
    const body = 'x'.repeat(OVER_LIMIT);
    assertError(await post('/api/token', body, own), 413, 'body_too_large');
    assertError(await post('/api/token', body, { ...own, 'transfer-encoding': 'chunked' }), 413, 'body_too_large');
  });

  await report.check(
    'r65 r69 a token of the page is good for a call through the gateway, and errors name the code',
    async () => {
      const { token } = JSON.parse((await post('/api/token', JSON.stringify({ env: 'dev' }), own)).text);
      const body = JSON.stringify({ model: 'nobody', messages: [{ role: 'user', content: 'What is sealed?' }] });
      const answer = await post('/v1/chat/completions', body, { authorization: `Bearer ${token}` });
      assert.deepEqual([answer.status, JSON.parse(answer.text).error.code], [404, 'model_not_found']);
      const unsigned = await post('/v1/chat/completions', body);
      assert.deepEqual([unsigned.status, JSON.parse(unsigned.text).error.code], [401, 'auth_failed']);
      assertError(await post('/api/token', '{"prompt": "secret', own), 400, 'invalid_input');
    },
  );

  await report.check('only the page’s files and the mock’s provider routes are reachable', async () => {
    const paths = [
      '/.ductape/product-key',
      '/../package.json',
      '/%2e%2e/package.json',
      '/ductape-models/',
      '/mock/__aimock/journal',
      '/mock/health',
      '/api/none',
    ];
    for (const path of paths) assertError(await send({ path }), 404, 'not_found');
  });

  await report.check('the Worker’s key is readable by its owner only and stands nowhere else', async () => {
    const file = join(folder, 'product-key');
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    const key = (await readFile(file, 'utf8')).trim();
    assert.equal((await readFile(join(folder, 'workerd.capnp'), 'utf8')).includes(key), false);
  });
}

function assertError(answer, status, code) {
  assert.equal(answer.status, status, answer.text);
  const body = JSON.parse(answer.text);
  assert.deepEqual(Object.keys(body), ['error']);
  assert.deepEqual(Object.keys(body.error), ['code', 'message']);
  assert.equal(body.error.code, code);
  assert.equal(/\n\s+at |secret|\.ts\b|\.js\b/.test(body.error.message), false);
  assert.match(answer.headers['content-security-policy'], /^default-src 'none'/);
}

function exchange(options, body) {
  return new Promise((resolve, reject) => {
    const sent = request(options, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk) => (text += chunk));
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
