// What fails, in OpenAI's shape: classes that the official client throws, bounds of requests, and nothing told too much.

import OpenAI from 'openai';
import { type Case, equal } from '../suite.js';
import { ADMIN_KEY, failure, KEY, type Setting, shop } from './shop.js';

type ApiError = InstanceType<typeof OpenAI.APIError>;

const HELLO = { messages: [{ role: 'user' as const, content: 'hello' }] };

/** What a provider says, and what the client of the gateway throws. */
const ANSWERS = [
  { status: 400, thrown: OpenAI.BadRequestError, as: 400, code: 'bad_request' },
  { status: 401, thrown: OpenAI.InternalServerError, as: 502, code: 'auth_failed' },
  { status: 403, thrown: OpenAI.InternalServerError, as: 502, code: 'permission_denied' },
  { status: 404, thrown: OpenAI.NotFoundError, as: 404, code: 'not_found' },
  { status: 429, thrown: OpenAI.RateLimitError, as: 429, code: 'rate_limited' },
  { status: 503, thrown: OpenAI.InternalServerError, as: 503, code: 'overloaded' },
] as const;

export async function cases(setting: Setting): Promise<Case[]> {
  const { upstream } = setting;
  const door = await shop(setting);
  const client = await door.openai();
  const list: Case[] = [];
  const test = (name: string, run: () => Promise<void>) => list.push({ name: `r69 ${name}`, run });
  const create = (model: string, more: object = {}) =>
    failure<ApiError>(() => client.chat.completions.create({ model, ...HELLO, ...more }));
  const refused = async (body: object) => {
    const error = await create('openai', body);
    return [error instanceof OpenAI.BadRequestError, error.type, error.param];
  };

  for (const { status, thrown, as, code } of ANSWERS) {
    test(`a provider's ${status} is the client's ${as}`, async () => {
      for (const stream of [false, true]) {
        const body = { error: { message: `key ${KEY} is odd`, type: 'x', code: 'x' } };
        upstream.script.push({ status, body, headers: { 'retry-after': '7' } });
        // A refused key and a path that is not there are tried once more.
        if (status === 401) upstream.script.push({ status, body });
        const error = await create('custom', { stream });
        upstream.script.length = 0;
        equal([error instanceof thrown, error.status, error.code], [true, as, code]);
        equal([error.message.includes(KEY), error.requestID?.startsWith('req_')], [false, true]);
        if (status === 429) equal(error.headers?.get('retry-after'), '7');
      }
    });
  }

  test('an unknown tag is not found, a switched-off one forbidden', async () => {
    const error = await create('no-such-tag');
    equal(
      [error instanceof OpenAI.NotFoundError, error.code, error.type],
      [true, 'model_not_found', 'not_found_error'],
    );
    const off = await door.openai({ env: 'prd' });
    const other = await failure<ApiError>(() => off.chat.completions.create({ model: 'openai', ...HELLO }));
    equal([other instanceof OpenAI.PermissionDeniedError, other.code], [true, 'env_inactive']);
  });

  test('an error within a stream is thrown, with what came before it', async () => {
    const chunk = { id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, delta: { content: 'first' } }] };
    const broken = { error: { message: `over for ${KEY}`, type: 'server_error', code: 'x' } };
    upstream.script.push({
      status: 200,
      body: [chunk, broken].map((each) => `data: ${JSON.stringify(each)}\n\n`).join(''),
    });
    const stream = await client.chat.completions.create({ model: 'custom', ...HELLO, stream: true });
    let text = '';
    const error = await failure<ApiError>(async () => {
      for await (const part of stream) text += part.choices[0]?.delta.content ?? '';
    });
    equal([error instanceof OpenAI.APIError, text, error.message.includes(KEY)], [true, 'first', false]);
    const line = door.lines.at(-1);
    equal([line?.status, line?.code === undefined], [200, false]);
  });

  test('fields that would change the answer and cannot be had are refused by name', async () => {
    equal(await refused({ n: 2 }), [true, 'invalid_request_error', 'n']);
    equal(await refused({ logprobs: true }), [true, 'invalid_request_error', 'logprobs']);
    equal(await refused({ functions: [] }), [true, 'invalid_request_error', 'functions']);
    equal(await refused({ modalities: ['text', 'audio'] }), [true, 'invalid_request_error', 'modalities']);
    equal(await refused({ temperature: 'hot' }), [true, 'invalid_request_error', 'temperature']);
    equal(await refused({ temperature: 9 }), [true, 'invalid_request_error', 'temperature']);
    equal(await refused({ max_tokens: 0 }), [true, 'invalid_request_error', 'max_tokens']);
    equal(await refused({ messages: [{ role: 'robot', content: 'x' }] }), [
      true,
      'invalid_request_error',
      'messages[0].role',
    ]);
    const result = { role: 'tool', tool_call_id: 'x', content: 'y' };
    equal(await refused({ messages: [result] }), [true, 'invalid_request_error', 'messages[0].tool_call_id']);
    equal(await refused({ tools: [{ type: 'custom' }] }), [true, 'invalid_request_error', 'tools[0].type']);
    equal(await refused({ messages: [] }), [true, 'invalid_request_error', 'messages']);
  });

  test('what is no request is refused with the status that says so', async () => {
    const path = '/v1/chat/completions';
    const short = await shop(setting, () => ({ limits: { headerBytes: 1000 } }));
    const answers = {
      '404': await door.ask('/v1/nothing'),
      '404 of a tag': await door.ask('/v1/models/%'),
      '405': await door.ask(path, { method: 'GET' }),
      '405 of options': await door.ask(path, { method: 'OPTIONS' }),
      '415': await door.ask(path, { headers: { 'content-type': 'text/plain' }, body: '{}' }),
      '415 of gzip': await door.ask(path, { headers: { 'content-encoding': 'gzip' }, body: '{}' }),
      '400': await door.ask(path, { body: '{' }),
      '400 of a list': await door.ask(path, { body: '[]' }),
      '400 of depth': await door.ask(path, { body: `{"messages":${'['.repeat(2000)}${']'.repeat(2000)}}` }),
      '413': await door.ask(path, { body: JSON.stringify({ x: 'y'.repeat(5 * 1024 * 1024) }) }),
      '431': await short.ask(path, { headers: { 'x-long': 'y'.repeat(1000) }, body: '{}' }),
    };
    for (const [name, answer] of Object.entries(answers)) {
      equal([name, answer.status], [name, Number(name.slice(0, 3))]);
      const { error } = (await answer.json()) as { error: { message: string; type: string; code: string } };
      equal([typeof error.message, error.type !== '', error.code !== ''], ['string', true, true]);
      equal(
        [answer.headers.get('cache-control'), answer.headers.get('x-content-type-options')],
        ['no-store', 'nosniff'],
      );
    }
    equal(answers['405'].headers.get('allow'), 'POST');
  });

  test('a body is counted, whatever its length says, and not waited for', async () => {
    const small = await shop(setting, () => ({ limits: { bodyBytes: 1000, bodyMs: 100 } }));
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${await small.token()}` };
    const send = (body: ReadableStream, more: object = {}) => {
      const init = { method: 'POST', headers: { ...headers, ...more }, body, duplex: 'half' };
      return small.direct(new Request('http://gateway.test/v1/chat/completions', init as RequestInit));
    };
    const chunk = new TextEncoder().encode('"'.repeat(400));
    let chunks = 0;
    const endless = new ReadableStream({
      pull(controller) {
        chunks += 1;
        controller.enqueue(chunk);
        if (chunks > 1000) controller.close();
      },
    });
    equal((await send(endless, { 'content-length': '20' })).status, 413);
    equal(chunks < 10, true);
    const stuck = new ReadableStream({ start: (controller) => controller.enqueue(chunk) });
    equal((await send(stuck)).status, 408);
  });

  test('no more requests at a time than are allowed', async () => {
    const narrow = await shop(setting, () => ({ limits: { concurrent: 1 } }));
    const envs = [{ slug: 'dev', baseUrl: `${upstream.url}/endless`, apiKey: KEY }];
    const model = { product: 'shop', tag: 'endless', name: 'Endless', provider: 'custom' as const, model: 'any', envs };
    await narrow.ductape.model.create(model);
    const client = await narrow.openai();
    const stream = await client.chat.completions.create({ model: 'endless', ...HELLO, stream: true });
    const error = await failure<ApiError>(() => client.models.list());
    equal([error instanceof OpenAI.RateLimitError, error.headers?.get('retry-after')], [true, '1']);
    stream.controller.abort();
    for (let attempt = 0; narrow.lines.length < 2 && attempt < 500; attempt += 1) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    equal((await client.models.list()).data.length > 0, true);
  });

  test('pages of other origins are let in only where they are named', async () => {
    const origin = 'https://app.example.com';
    const asking = {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization',
    };
    const none = await door.ask('/v1/models', { headers: { origin } });
    equal([none.status, none.headers.get('access-control-allow-origin')], [200, null]);
    const open = await shop(setting, () => ({ cors: { origins: [origin] } }));
    const ask = (path: string, headers: Record<string, string>, method = 'GET') => open.ask(path, { method, headers });
    const asked = await open.ask('/v1/chat/completions', { method: 'OPTIONS', headers: asking, authorization: null });
    equal([asked.status, asked.headers.get('access-control-allow-origin')], [204, origin]);
    equal(asked.headers.get('access-control-allow-headers'), 'authorization');
    const got = await ask('/v1/models', { origin });
    equal([got.headers.get('access-control-allow-origin'), got.headers.get('vary')], [origin, 'origin']);
    equal(got.headers.get('access-control-allow-credentials'), null);
    const other = await ask('/v1/models', { origin: 'https://app.example.com.evil.test' });
    equal([other.status, other.headers.get('access-control-allow-origin')], [200, null]);
    for (const path of ['/v1/admin/models', '/v1/admin/models/openai']) {
      const admin = await open.ask(path, { method: 'OPTIONS', headers: asking, authorization: null });
      equal([admin.status, admin.headers.get('access-control-allow-origin')], [405, null]);
    }
  });

  test('a gateway that is not set up says what is missing, and is set up once', async () => {
    const { createGateway, generateTokenKey } = setting.gateway;
    const broken = async (options: object) => {
      const answer = await createGateway(() => options as never).fetch(new Request('http://x/v1/models'), {});
      return [answer.status, ((await answer.json()) as { error: { message: string } }).error.message];
    };
    const { ductape } = door;
    const tokenKey = generateTokenKey();
    const wrong = 'the gateway is not set up: ';
    equal((await broken({}))[1], `${wrong}ductape: expected a client`);
    const short = await broken({ ductape, auth: { tokenKey, adminKey: 'short' } });
    equal(short, [500, `${wrong}auth.adminKey: expected a text of at least 32 characters`]);
    const origin = await broken({ ductape, auth: { tokenKey }, cors: { origins: ['https://x/'] } });
    equal(String(origin[1]).includes('cors.origins[0]'), true);
    equal(
      String((await broken({ ductape, auth: { tokenKey }, limits: { bodyBytes: 0 } }))[1]).includes('limits.bodyBytes'),
      true,
    );
    let count = 0;
    const gateway = createGateway(() => {
      count += 1;
      if (count === 1) throw new Error(`a secret: ${ADMIN_KEY}`);
      return { ductape, auth: { tokenKey } };
    });
    const env = {};
    const ask = () => gateway.fetch(new Request('http://x/v1/models'), env);
    const first = await ask();
    equal([first.status, (await first.text()).includes(ADMIN_KEY)], [500, false]);
    equal([(await Promise.all([ask(), ask(), ask()])).map(({ status }) => status), count], [[401, 401, 401], 2]);
  });

  test('lines tell who, what and how much, and nothing that was said', async () => {
    door.lines.length = 0;
    await client.chat.completions.create({ model: 'openai', messages: [{ role: 'user', content: 'hello SECRET' }] });
    const [line] = door.lines;
    equal([line?.route, line?.status, line?.tag], ['POST /v1/chat/completions', 200, 'openai']);
    equal([line?.product, line?.env, line?.inputTokens, line?.outputTokens], ['shop', 'dev', 11, 7]);
    equal(
      [typeof line?.tokenId, typeof line?.durationMs, line?.requestId.startsWith('req_')],
      ['string', 'number', true],
    );
    await create('no-such-tag');
    equal(door.lines.at(-1)?.code, 'model_not_found');
    equal(JSON.stringify(door.lines).includes('SECRET'), false);
  });

  test('no key is in any answer or line', async () => {
    const told = door.said.join('') + JSON.stringify(door.lines);
    equal(told.length > 10_000, true);
    for (const secret of [KEY, ADMIN_KEY, door.tokenKey, btoa(KEY)]) equal(told.includes(secret), false);
  });
  return list;
}
