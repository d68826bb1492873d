// Calls with a token, and what becomes of them where the provider is down, slow or breaks off.

import { type Case, equal } from '../suite.js';
import { client, PROMPT, type Setting, stored } from './client.js';
import { ANSWER } from './upstream.js';

/** Nobody listens there. */
const NOWHERE = 'http://127.0.0.1:9/v1';
const MOST_WAITS = 100;

export function callCases(setting: Setting): Case[] {
  const { upstream } = setting;
  const { admin, chat, token, send } = client(setting);
  const model = async (tag: string, baseUrl: string, more: object = {}) =>
    equal((await admin('', 'POST', stored(tag, baseUrl, more))).status, 201);
  return [
    {
      name: 'r69 a chat, whole and streamed, and the list of models',
      async run() {
        await model('chat', upstream.base('ok'));
        equal((await chat('chat')).body.choices[0].message.content, ANSWER);
        const streamed = await chat('chat', { stream: true });
        equal(
          [streamed.headers.get('content-type'), textOf(streamed.text)],
          ['text/event-stream; charset=utf-8', ANSWER],
        );
        equal(streamed.text.endsWith('data: [DONE]\n\n'), true);
        const { body } = await send('/v1/models', 'GET', await token({ models: ['chat'] }));
        equal(
          body.data.map(({ id }: { id: string }) => id),
          ['chat'],
        );
      },
    },
    {
      name: 'r63 a provider that is down is a 502 with its code, and a stream to it begins with none',
      async run() {
        await model('down', NOWHERE);
        for (const stream of [false, true]) {
          const { status, body } = await chat('down', { stream });
          equal([status, body.error.code], [502, 'network']);
        }
      },
    },
    {
      name: 'r58 a provider that is slow is a 504 after the model’s time limit',
      async run() {
        await model('slow', upstream.base('slow'), { timeout: 300 });
        const before = upstream.asked.length;
        const { status, body } = await chat('slow');
        equal([status, body.error.code], [504, 'timeout']);
        equal(upstream.asked.length > before, true);
        await until(() => upstream.open() === 0);
      },
    },
    {
      name: 'r60 a stream that breaks off gives what came, then an error, and no end',
      async run() {
        await model('cut', upstream.base('cut'));
        const { status, text } = await chat('cut', { stream: true });
        equal([status, textOf(text), text.includes('[DONE]')], [200, 'answer-', false]);
        const last = JSON.parse(text.trim().split('\n').at(-1)?.replace('data: ', '') ?? '');
        equal(typeof last.error.code, 'string');
      },
    },
    {
      name: 'r57 a client that goes away ends the provider’s stream',
      async run() {
        await model('endless', upstream.base('endless'));
        const gone = new AbortController();
        const headers = { 'content-type': 'application/json', authorization: `Bearer ${await token()}` };
        const messages = [{ role: 'user', content: PROMPT }];
        const body = JSON.stringify({ model: 'endless', stream: true, messages });
        const url = `${setting.platform.urls.main}/v1/chat/completions`;
        const response = await fetch(url, { method: 'POST', headers, body, signal: gone.signal });
        await response.body?.getReader().read();
        await until(() => upstream.open() === 1);
        gone.abort();
        await until(() => upstream.open() === 0);
      },
    },
  ];
}

/** The text of all deltas. */
function textOf(events: string): string {
  const lines = events.split('\n').filter((line) => line.startsWith('data: {'));
  return lines.map((line) => JSON.parse(line.slice(6)).choices?.[0]?.delta.content ?? '').join('');
}

async function until(holds: () => boolean): Promise<void> {
  for (let wait = 0; wait < MOST_WAITS && !holds(); wait += 1) await new Promise((next) => setTimeout(next, 50));
  equal(holds(), true);
}
