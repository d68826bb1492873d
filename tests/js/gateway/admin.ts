// The registry behind the admin key.

import { type Case, equal } from '../suite.js';
import { ADMIN_KEY, KEY, type Setting, shop } from './shop.js';

const NEW_KEY = 'sk-canary-rotated-0123456789';

export async function cases(setting: Setting): Promise<{ list: Case[]; stop(): Promise<void> }> {
  const { upstream } = setting;
  const door = await shop(setting);
  const scoped = await shop(setting, () => ({
    product: undefined,
    auth: {
      tokenKey: setting.gateway.generateTokenKey(),
      adminKey: [
        { key: 'key-of-the-shop-0123456789-0123456789', product: 'shop' },
        { key: 'key-of-another-0123456789-0123456789', product: 'other' },
      ],
    },
  }));
  const list: Case[] = [];
  const test = (name: string, run: () => Promise<void>) => list.push({ name: `r69 ${name}`, run });
  const envs = [{ slug: 'dev', baseUrl: upstream.url, apiKey: KEY }];
  const input = { tag: 'new.model', name: 'New', provider: 'openai', model: 'gpt-4.1', api: 'chat', envs };

  test('a model lives from its creation to its end', async () => {
    const created = await door.admin('/models', 'POST', input);
    const { rev, product } = created.body as { rev: number; product: string };
    equal([created.status, rev, product, JSON.stringify(created).includes(KEY)], [201, 1, 'shop', false]);
    const twice = await door.admin('/models', 'POST', input);
    equal([twice.status, codeOf(twice.body)], [409, 'already_exists']);

    const listed = (await door.admin('/models', 'GET')).body as { data: { tag: string }[] };
    equal(listed.data.some(({ tag }) => tag === 'new.model'), true);
    const path = `/models/${encodeURIComponent('new.model')}`;
    const patched = (await door.admin(path, 'PATCH', { temperature: 0.1 })).body as { temperature: number; rev: number };
    equal([patched.temperature, patched.rev], [0.1, 2]);
    equal(((await door.admin(path, 'GET')).body as { rev: number }).rev, 2);

    const rotated = await door.admin(`${path}/rotate`, 'POST', { slug: 'dev', apiKey: NEW_KEY });
    equal([rotated.status, JSON.stringify(rotated).includes(NEW_KEY)], [200, false]);
    const body = { model: 'new.model', messages: [{ role: 'user', content: 'hello' }] };
    equal((await door.ask('/v1/chat/completions', { body })).status, 200);
    equal(upstream.got.at(-1)?.headers.authorization, `Bearer ${NEW_KEY}`);

    const asked = { env: 'dev', modelConfig: { temperature: 0.9 } };
    const explained = (await door.admin(`${path}/explain`, 'POST', asked)).body as Explained;
    equal([explained.settings.temperature.value, explained.settings.temperature.source], [0.9, 'runtime']);
    const short = (await door.admin(`${path}/explain?env=dev`, 'GET')).body as Explained;
    equal(short.settings.temperature.source, 'model');
    const verified = (await door.admin(`${path}/verify`, 'POST', { env: 'dev' })).body as { ok: boolean; status: string };
    equal([verified.ok, verified.status], [true, 'ok']);
    const history = (await door.admin(`${path}/history`, 'GET')).body as { data: { rev: number }[] };
    equal(history.data.length >= 2, true);

    equal((await door.admin(path, 'DELETE')).status, 200);
    const gone = await door.admin(path, 'GET');
    equal([gone.status, codeOf(gone.body)], [404, 'model_not_found']);
  });

  test('the admin routes take the admin key and nothing else, and it is good for nothing else', async () => {
    const admin = `Bearer ${ADMIN_KEY}`;
    const wrong = [null, `Bearer ${await door.token()}`, `${admin}x`, admin.slice(0, -1), 'Bearer x'];
    for (const authorization of wrong) {
      const answer = await door.ask('/v1/admin/models', { authorization });
      equal([answer.status, codeOf(await answer.json())], [401, 'auth_failed']);
    }
    for (const path of ['/v1/models', '/v1/models/openai']) {
      equal((await door.ask(path, { authorization: admin })).status, 401);
    }
  });

  test('an admin key of a product stays there', async () => {
    const ask = (key: string, query = '') => {
      const authorization = `Bearer ${key}-0123456789-0123456789`;
      return scoped.ask(`/v1/admin/models${query}`, { authorization });
    };
    const count = async (answer: Response) => ((await answer.json()) as { data: unknown[] }).data.length;
    equal(await count(await ask('key-of-the-shop')), 6);
    equal(await count(await ask('key-of-another')), 0);
    equal((await ask('key-of-another', '?product=shop')).status, 403);
    equal((await ask('key-of-the-shop', '?product=shop')).status, 200);
  });

  test('a product in a body is not the product that is written to', async () => {
    const answer = await door.admin('/models', 'POST', { ...input, tag: 'moved', product: 'elsewhere' });
    equal((answer.body as { product: string }).product, 'shop');
    equal((await door.admin('/models/moved', 'DELETE')).status, 200);
  });

  test('mistakes are named', async () => {
    const field = async (path: string, method: string, body?: unknown) => {
      const { status, body: answer } = await door.admin(path, method, body);
      return [status, (answer as { error: { param: string } }).error.param];
    };
    equal(await field('/models', 'POST', { ...input, nmae: 'x' }), [400, 'nmae']);
    equal(await field('/models/openai', 'PATCH', { tag: 'other' }), [400, 'tag']);
    equal(await field('/models/openai/rotate', 'POST', { slug: 'dev' }), [400, 'body.apiKey']);
    equal(await field('/models/openai/rotate', 'POST', { slug: 'dev', apiKey: 'x', baseUrl: 'http://x' }), [400, 'baseUrl']);
    equal(await field('/models/openai/nothing', 'POST', {}), [404, null]);
    equal(await field('/models/openai/rotate', 'GET'), [405, 'method']);
    equal((await door.admin('/models/openai', 'PATCH', { provider: 'anthropic' })).status, 400);
  });

  test('without an admin key there are no admin routes', async () => {
    const closed = await shop(setting, () => ({ auth: { tokenKey: setting.gateway.generateTokenKey() } }));
    equal((await closed.admin('/models', 'GET')).status, 404);
    await closed.stop();
  });
  return {
    list,
    async stop() {
      await door.stop();
      await scoped.stop();
    },
  };
}

interface Explained {
  settings: { temperature: { value: number; source: string } };
}

function codeOf(body: unknown): string {
  return (body as { error: { code: string } }).error.code;
}
