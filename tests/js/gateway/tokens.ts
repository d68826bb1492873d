// Tokens: what one may do, when it ends, and that nothing but the key makes one.

import OpenAI from 'openai';
import { type Case, equal } from '../suite.js';
import { failure, type Setting, shop } from './shop.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const HELLO = { model: 'openai', messages: [{ role: 'user' as const, content: 'hello' }] };

export async function cases(setting: Setting): Promise<{ list: Case[]; stop(): Promise<void> }> {
  const { generateTokenKey, mintToken, verifyToken } = setting.gateway;
  const { DuctapeError } = setting.library;
  const revoked: string[] = [];
  const older = generateTokenKey();
  const primary = generateTokenKey();
  const door = await shop(setting, () => ({
    auth: { tokenKey: { primary, others: [older] }, revoked: (id: string) => revoked.includes(id) },
    rateLimit: async ({ subject }: { subject?: string }) => ({ success: subject !== 'eager' }),
  }));
  const mint = (more: object = {}) => mintToken({ key: primary, product: 'shop', env: 'dev', ...more });
  const client = (apiKey: string) => new OpenAI({ apiKey, baseURL: `${door.url}/v1`, maxRetries: 0 });
  const asked = async (more: object, body: object = {}) => {
    const outcome = client(await mint(more)).chat.completions.create({ ...HELLO, ...body });
    return outcome.then(
      () => 'ok',
      (error: InstanceType<typeof OpenAI.APIError>) => `${error.status} ${error.code}`,
    );
  };
  const refused = async (token: string, options: object) => {
    const error = await failure(() => verifyToken(token, options as never));
    return DuctapeError.is(error, 'auth_failed') ? error.details.reason : error;
  };
  const list: Case[] = [];
  const test = (name: string, run: () => Promise<void>) => list.push({ name: `r69 ${name}`, run });

  test('a token says what it was made with', async () => {
    const limits = { maxTokens: 9 };
    const token = await mint({ models: ['a*'], agents: ['b'], limits, subject: 'u1', expiresInSeconds: 60 });
    const claims = await verifyToken(token, { key: primary });
    equal(token.startsWith('lmt1.'), true);
    equal([claims.product, claims.env, claims.models, claims.agents], ['shop', 'dev', ['a*'], ['b']]);
    equal([claims.limits, claims.subject, claims.exp - claims.iat], [limits, 'u1', 60]);
  });

  test('a token is good for its product, its environment and its models', async () => {
    equal(await asked({}), 'ok');
    equal(await asked({ models: ['openai'] }), 'ok');
    equal(await asked({ models: ['x', 'open*'] }), 'ok');
    equal(await asked({ models: ['*-responses'] }), '403 permission_denied');
    equal(await asked({ models: [] }), '403 permission_denied');
    equal(await asked({ models: ['opena'] }), '403 permission_denied');
    equal(await asked({ product: 'other' }), '404 model_not_found');
    equal(await asked({ env: 'prd' }), '403 env_inactive');
    equal(await asked({ env: 'qa' }), '404 env_not_found');
    equal(await asked({ subject: 'eager' }), '429 rate_limited');
  });

  test('nothing in a request widens a token', async () => {
    const wide = { product: 'shop', env: 'dev', tag: 'openai', fallback: ['openai'], apiKey: 'sk-x', base_url: 'http://x' };
    equal(await asked({ product: 'other' }, wide), '404 model_not_found');
    equal(await asked({ env: 'prd' }, wide), '403 env_inactive');
    equal(await asked({ models: ['google'] }, wide), '403 permission_denied');
  });

  test('keys, addresses and headers that a client sends are not looked at', async () => {
    const before = setting.upstream.got.length;
    const body = {
      ...HELLO,
      apiKey: 'sk-mine',
      api_key: 'sk-mine',
      baseUrl: 'http://127.0.0.1:1',
      base_url: 'http://127.0.0.1:1',
      provider: 'anthropic',
      providerOptions: { user: 'mine' },
      headers: { 'x-mine': 'mine' },
      extra_headers: { 'x-mine': 'mine' },
      modelConfig: { temperature: 2 },
      user: 'mine',
    };
    const headers = { 'x-api-key': 'mine', 'api-key': 'mine', 'openai-organization': 'mine', 'x-goog-api-key': 'mine' };
    const authorization = `Bearer ${await mint()}`;
    const answer = await door.ask('/v1/chat/completions', { body, headers, authorization });
    equal(answer.status, 200);
    const got = setting.upstream.got.slice(before);
    equal([got.length, JSON.stringify(got).includes('mine')], [1, false]);
    equal(got[0]?.body.temperature, 0.7);
  });

  test('a token bounds the tokens of an answer', async () => {
    const most = async (limits: object | undefined, body: object, model = 'openai') => {
      equal(await asked({ limits }, { model, ...body }), 'ok');
      const { body: sent } = setting.upstream.got.at(-1) ?? {};
      return sent.max_tokens ?? sent.max_completion_tokens;
    };
    equal(await most({ maxTokens: 50 }, { max_tokens: 500 }), 50);
    equal(await most({ maxTokens: 50 }, { max_completion_tokens: 20 }), 20);
    equal(await most({ maxTokens: 50 }, {}), 50);
    equal(await most(undefined, { max_tokens: 500 }), 500);
    const model = { ...HELLO, product: 'shop', tag: 'short', name: 'Short', provider: 'custom' as const, model: 'any' };
    const envs = [{ slug: 'dev', baseUrl: setting.upstream.url }];
    const { messages: _, ...input } = { ...model, maxTokens: 30, envs };
    await door.ductape.model.create(input);
    equal(await most({ maxTokens: 50 }, {}, 'short'), 30);
    equal(await most({ maxTokens: 20 }, {}, 'short'), 20);
  });

  test('a token ends', async () => {
    const token = await mint({ expiresInSeconds: 60 });
    const { exp } = await verifyToken(token, { key: primary });
    equal((await verifyToken(token, { key: primary, now: exp * 1000 - 1 })).exp, exp);
    equal(await refused(token, { key: primary, now: exp * 1000 }), 'expired');
    const short = await mint({ expiresInSeconds: 1 });
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const error = await failure(() => client(short).models.list());
    equal(error instanceof OpenAI.AuthenticationError, true);
  });

  test('a changed character of a token is noticed, whichever it is', async () => {
    const token = await mint({ models: ['open*'], subject: 'u1' });
    for (let at = 0; at < token.length; at += 1) {
      const was = token[at] ?? '';
      const others = at < token.length - 1 ? [ALPHABET[(ALPHABET.indexOf(was) + 1) % 64], '.', '='] : [...ALPHABET];
      for (const other of others.filter((each) => each !== was)) {
        const reason = await refused(token.slice(0, at) + other + token.slice(at + 1), { key: primary });
        if (reason !== 'malformed' && reason !== 'signature') throw new Error(`taken with ${other} at ${at}`);
      }
    }
    for (let length = 0; length < token.length; length += 1) {
      const reason = await refused(token.slice(0, length), { key: primary });
      if (reason !== 'malformed' && reason !== 'signature') throw new Error(`taken with ${length} characters`);
    }
    for (const more of [`${token}A`, `${token}.`, ` ${token}`, `${token}\n`, token.repeat(100)]) {
      equal(['malformed', 'signature'].includes(String(await refused(more, { key: primary }))), true);
    }
  });

  test('claims of one token do not go with the signature of another', async () => {
    const [narrow, wide] = [await mint({ models: ['a'] }), await mint({ models: ['*'] })];
    const [head, , signature] = narrow.split('.');
    equal(await refused([head, wide.split('.')[1], signature].join('.'), { key: primary }), 'signature');
  });

  test('another key makes no token, an older one of the ring does', async () => {
    equal(await refused(await mint({ key: generateTokenKey() }), { keys: [primary, older] }), 'signature');
    equal(await asked({ key: older }), 'ok');
    equal(await asked({ key: generateTokenKey() }), '401 auth_failed');
    equal(await asked({ key: new Uint8Array(32).fill(7) }), '401 auth_failed');
  });

  test('a revoked token is refused', async () => {
    const token = await mint();
    equal((await client(token).models.list()).data.length > 0, true);
    revoked.push((await verifyToken(token, { key: primary })).id);
    const error = await failure<InstanceType<typeof OpenAI.APIError>>(() => client(token).models.list());
    equal([error instanceof OpenAI.AuthenticationError, error.code], [true, 'auth_failed']);
    equal(await refused(token, { key: primary, revoked: async () => true }), 'revoked');
  });

  test('without a token nothing is answered', async () => {
    for (const authorization of [null, 'Bearer', 'Basic eA==', 'Bearer a b', 'lmt1.x.y', 'Bearer lmt1..']) {
      const answer = await door.ask('/v1/models', { authorization });
      const { error } = (await answer.json()) as { error: { type: string; code: string } };
      equal([answer.status, error.type, error.code], [401, 'authentication_error', 'auth_failed']);
    }
  });

  test('mistakes in making a token are named', async () => {
    const field = async (options: object) => {
      const error = await failure(() => mint(options));
      return DuctapeError.is(error, 'invalid_input') ? error.details.field : error;
    };
    equal(await field({ key: 'short' }), 'key');
    equal(await field({ key: new Uint8Array(31) }), 'key');
    equal(await field({ product: '' }), 'product');
    equal(await field({ env: undefined }), 'env');
    equal(await field({ expiresInSeconds: 86_401 }), 'expiresInSeconds');
    equal(await field({ expiresInSeconds: 0 }), 'expiresInSeconds');
    equal(await field({ models: 'a' }), 'models');
    equal(await field({ models: [7] }), 'models[0]');
    equal(await field({ limits: { maxTokens: 0 } }), 'limits.maxTokens');
    equal(await refused('x', {}).catch(() => 'thrown') instanceof Error, true);
  });

  test('the list of models is what a token may call', async () => {
    const listed = async (more: object) => (await client(await mint(more)).models.list()).data.map(({ id }) => id).sort();
    equal(await listed({ models: ['openai*', 'google'] }), ['google', 'openai', 'openai-responses']);
    equal(await listed({ env: 'prd' }), []);
    equal(await listed({ product: 'other' }), []);
    const one = await client(await mint()).models.retrieve('google');
    equal([one.id, one.object, one.owned_by], ['google', 'model', 'shop']);
    const hidden = client(await mint({ models: ['openai'] })).models.retrieve('google');
    equal((await failure(() => hidden)) instanceof OpenAI.NotFoundError, true);
  });
  return { list, stop: door.stop };
}
