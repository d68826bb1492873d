// Records through the admin routes: their life, their object crashed beneath them, and many writers at once.

import { type Case, equal } from '../suite.js';
import { API_KEY, client, OTHER_KEY, type Setting, stored } from './client.js';
import type { Variant } from './platform.js';

const WRITERS = 100;
export function registryCases(setting: Setting): Case[] {
  return [
    ...(['main', 'd1'] as const).flatMap((variant) => [
      { name: `r69 a model’s life through the admin routes, on ${variant}`, run: () => life(setting, variant) },
      {
        name: `r30c ${WRITERS} writers of one model at once, on ${variant}: none lost`,
        run: () => race(setting, variant),
      },
    ]),
    {
      name: 'r63 the object of the records crashes between two calls: nothing is lost, the next call works',
      run: () => crashed(setting),
    },
    {
      name: 'r63 the whole runtime ends and starts anew over its disk: nothing is lost',
      run: () => restarted(setting),
    },
  ];
}

async function life(setting: Setting, variant: Variant): Promise<void> {
  const { admin, chat } = client(setting, variant);
  const { upstream } = setting;
  const tag = `life-${variant}`;
  const made = await admin('', 'POST', stored(tag, upstream.base('ok'), { temperature: 0.4 }));
  equal([made.status, made.body.tag, made.body.envs[0].hasKey], [201, tag, true]);
  equal((await admin('', 'POST', stored(tag, upstream.base('ok')))).body.error.code, 'already_exists');
  equal((await admin('')).body.data.filter((view: { tag: string }) => view.tag === tag).length, 1);
  equal((await admin(`/${tag}`)).body.temperature, 0.4);
  equal((await admin(`/${tag}`, 'PATCH', { temperature: 0.9 })).body.temperature, 0.9);
  equal((await admin(`/${tag}/explain`)).status, 400);
  equal((await admin(`/${tag}/history`)).body.data.length, 2);
  equal((await chat(tag)).status, 200);
  equal(upstream.asked.at(-1), { model: `${tag}-1`, key: API_KEY });
  equal((await admin(`/${tag}/rotate`, 'POST', { slug: 'dev', apiKey: OTHER_KEY })).status, 200);
  equal((await chat(tag)).status, 200);
  equal(upstream.asked.at(-1)?.key, OTHER_KEY);
  const seen = [await admin(''), await admin(`/${tag}`), await admin(`/${tag}/history`)].map(({ text }) => text).join();
  equal(
    [API_KEY, OTHER_KEY, 'lm1.'].filter((secret) => seen.includes(secret)),
    [],
  );
  equal((await admin(`/${tag}`, 'DELETE')).status, 200);
  equal((await admin(`/${tag}`)).body.error.code, 'model_not_found');
  equal((await chat(tag)).body.error.code, 'model_not_found');
}

/** Each writer adds an environment of its own; all are told that it is done, and all are found in the end. */
async function race(setting: Setting, variant: Variant): Promise<void> {
  const { admin } = client(setting, variant);
  const tag = `race-${variant}`;
  const baseUrl = setting.upstream.base('ok');
  equal((await admin('', 'POST', stored(tag, baseUrl))).status, 201);
  const slugs = Array.from({ length: WRITERS }, (_, at) => `e${at}`);
  const write = async (slug: string): Promise<string> => {
    const { status, text } = await admin(`/${tag}`, 'PATCH', { envs: [{ slug, baseUrl, apiKey: API_KEY }] });
    return status === 200 ? 'done' : text;
  };
  equal([...new Set(await Promise.all(slugs.map(write)))], ['done']);
  const { body } = await admin(`/${tag}`);
  equal(body.envs.map(({ slug }: { slug: string }) => slug).sort(), ['dev', ...slugs].sort());
  equal(body.rev, WRITERS + 1);
}

async function crashed(setting: Setting): Promise<void> {
  const { admin, chat, send } = client(setting);
  equal((await admin('', 'POST', stored('crash', setting.upstream.base('ok')))).status, 201);
  equal((await chat('crash')).status, 200);
  equal((await send('/crash', 'POST', null)).text, 'crashed');
  equal((await chat('crash')).status, 200);
  equal((await send('/crash', 'POST', null)).text, 'crashed');
  equal((await admin('/crash', 'PATCH', { temperature: 0.1 })).body.temperature, 0.1);
}

async function restarted(setting: Setting): Promise<void> {
  equal((await client(setting).admin('', 'POST', stored('restart', setting.upstream.base('ok')))).status, 201);
  await setting.platform.restart();
  equal((await client(setting).chat('restart')).status, 200);
}
