// Who gets in, how often, what a Worker without its secrets says, and what it prints.

import { type Case, equal } from '../suite.js';
import { API_KEY, client, OTHER_KEY, PROMPT, type Setting, stored } from './client.js';
import { ANSWER } from './upstream.js';

export function borderCases(setting: Setting): Case[] {
  const { secrets, upstream } = setting;
  const { admin, chat, send, token } = client(setting);
  return [
    {
      name: 'r69 nothing but the gateway answers: no page, no store, no mock, no tokens for the asking',
      async run() {
        const paths = [
          '/',
          '/index.html',
          '/main.js',
          '/api/storage',
          '/api/storage/x',
          '/api/public-key',
          '/mock/v1/models',
        ];
        for (const path of paths) equal([path, (await send(path, 'GET', null)).status], [path, 404]);
        for (const path of ['/api/token', '/mock/v1/chat/completions']) {
          equal([path, (await send(path, 'POST', null, { env: 'dev' })).status], [path, 404]);
        }
        equal((await send('/api/storage/x', 'PUT', secrets.ADMIN_KEY, {})).status, 404);
      },
    },
    {
      name: 'r69 without a token, with a wrong one, with a token for admin routes: refused',
      async run() {
        for (const key of [null, 'x', secrets.ADMIN_KEY, `${await token()}x`]) {
          equal((await send('/v1/models', 'GET', key)).status, 401);
        }
        for (const key of [null, 'x', await token(), `${secrets.ADMIN_KEY}x`]) {
          equal((await send('/v1/admin/models?product=shop', 'GET', key)).status, 401);
        }
      },
    },
    {
      name: 'the token key that follows from the admin key is the one that the setup writes down',
      async run() {
        equal(setting.derived.startsWith('lmtk1.'), true);
        equal((await send('/v1/models', 'GET', await token())).status, 200);
        const other = await setting.mint({ key: setting.oldTokenKey, product: 'shop', env: 'dev' });
        equal((await send('/v1/models', 'GET', other)).status, 401);
      },
    },
    {
      name: 'token keys change without a gap: the first one and those after it are taken, the derived one no more',
      async run() {
        const changed = client(setting, 'changed');
        const [fresh = '', old = ''] = secrets.TOKEN_KEY.split(',');
        for (const [key, status] of [
          [fresh, 200],
          [old, 200],
          [setting.derived, 401],
        ] as const) {
          const made = await setting.mint({ key, product: 'shop', env: 'dev' });
          equal((await changed.send('/v1/models', 'GET', made)).status, status);
        }
        equal((await changed.send('/v1/admin/models', 'GET', secrets.ADMIN_KEY)).status, 200);
        equal((await changed.send('/v1/admin/models?product=other', 'GET', secrets.ADMIN_KEY)).status, 403);
      },
    },
    {
      name: 'a subject’s requests are counted by the platform’s limiter, whichever of its tokens they carry',
      async run() {
        const limited = client(setting, 'limited');
        const ask = async (subject: string) =>
          (await limited.send('/v1/models', 'GET', await limited.token({ subject }))).status;
        const statuses: number[] = [];
        // Three in a minute; a minute may end in between, so that six get through and no more.
        for (let request = 0; request < 8; request += 1) statuses.push(await ask('ada'));
        equal(statuses.slice(0, 3), [200, 200, 200]);
        equal(statuses.filter((status) => status === 429).length >= 2, true);
        equal(await ask('ben'), 200);
        equal((await limited.admin('')).status, 200);
      },
    },
    {
      name: 'a Worker without a secret says which, and nothing else works',
      async run() {
        const bare = client(setting, 'bare');
        const { status, body } = await bare.send('/v1/models', 'GET', await bare.token());
        equal([status, body.error.message.includes('PRODUCT_KEY')], [500, true]);
        equal(body.error.message.includes(secrets.ADMIN_KEY), false);
        equal((await bare.admin('')).status, 500);
      },
    },
    {
      name: 'r62 each request is one line of ids and counts; no line holds a prompt, an answer or a key',
      async run() {
        equal((await admin('', 'POST', stored('logged', upstream.base('ok')))).status, 201);
        const { headers } = await chat('logged');
        const id = headers.get('x-request-id') ?? 'none';
        const lines = await printed(setting, id);
        equal(lines.length, 1);
        const line = JSON.parse(lines[0]?.slice(lines[0].indexOf('{')) ?? '');
        const told = [line.route, line.status, line.product, line.env, line.tag, line.inputTokens, line.outputTokens];
        equal(told, ['POST /v1/chat/completions', 200, 'shop', 'dev', 'logged', 3, 5]);
        const { PRODUCT_KEY, ADMIN_KEY, TOKEN_KEY } = secrets;
        const keys = [
          API_KEY,
          OTHER_KEY,
          PRODUCT_KEY,
          ADMIN_KEY,
          ...TOKEN_KEY.split(','),
          setting.derived,
          'lmt1.',
          'lm1.',
        ];
        const output = setting.platform.output();
        equal(
          [PROMPT, ANSWER, ...keys].filter((secret) => output.includes(secret)),
          [],
        );
      },
    },
  ];
}

/** Lines with this text; a line may come a moment after its answer. */
async function printed({ platform }: Setting, text: string): Promise<string[]> {
  for (let wait = 0; wait < 100 && !platform.output().includes(text); wait += 1) {
    await new Promise((next) => setTimeout(next, 20));
  }
  return platform
    .output()
    .split('\n')
    .filter((line) => line.includes(text));
}
