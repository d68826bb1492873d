// The package against a real server with a model of random weights: what it says is noise, how it says it is not. Opt-in:
// `npm run test:llama`.

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { close, install } from '../js/installed.js';
import { type Case, equal, type Library, runAll } from '../js/suite.js';
import { startLlama } from './server.mjs';

const KEY = 'llama-test-key-0123456789';

const server = await startLlama({ key: KEY });
const { folder, remove } = install();
try {
  const entry = pathToFileURL(join(folder, 'node_modules/ductape-models/dist/index.js')).href;
  close('llama', await runAll(cases((await import(entry)) as Library, server.url)));
} finally {
  remove();
  await server.stop();
}

function cases({ default: Ductape, DuctapeError }: Library, baseUrl: string): Case[] {
  const list: Case[] = [];
  const test = (name: string, run: () => Promise<void>) => list.push({ name, run });
  const shop = async (more: { apiKey?: string; api?: 'messages' | 'responses' } = {}) => {
    const { apiKey = KEY, api } = more;
    const ductape = new Ductape({ product: 'shop', env: 'dev', retry: { maxRetries: 0 } });
    const envs = [{ slug: 'dev', baseUrl, ...(apiKey !== '' && { apiKey }) }];
    const config = { temperature: 0, maxTokens: 24, ...(api && { api }) };
    await ductape.model.create({ tag: 'm', name: 'M', provider: 'custom', model: 'tiny', envs, ...config });
    return ductape;
  };
  const code = async (work: () => Promise<unknown>) => {
    const error = await work().then(() => undefined, (thrown: unknown) => thrown);
    return DuctapeError.is(error) ? error.code : String(error);
  };
  const call = { model: 'm', prompt: 'Once upon a time' } as const;

  for (const api of [undefined, 'responses', 'messages'] as const) {
    test(`generate and stream say the same at temperature 0 (${api ?? 'chat'})`, async () => {
      const ductape = await shop(api ? { api } : {});
      const whole = await ductape.generate(call);
      const streamed = await ductape.stream(call).result;
      equal([whole.text.length > 0, streamed.text], [true, whole.text]);
      // This server calls an answer that met its limit completed, where it speaks Responses.
      const finish = api === 'responses' ? 'stop' : 'length';
      equal([whole.finishReason.unified, streamed.finishReason.unified], [finish, finish]);
      equal([whole.usage?.outputTokens, streamed.usage?.outputTokens], [24, 24]);
      equal(whole.served.model, 'tiny');
    });
  }

  test('a schema is enforced, even on noise', async () => {
    const schema = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'], additionalProperties: false };
    const answer = await (await shop()).generate({ ...call, schema, modelConfig: { maxTokens: 200 } });
    equal(Number.isInteger((answer.object as { n: number } | undefined)?.n), true);
  });

  test('an abort ends the answer, and the server goes on', async () => {
    const ductape = await shop();
    const stream = ductape.stream({ ...call, modelConfig: { maxTokens: 400 } });
    let parts = 0;
    const failed = await code(async () => {
      for await (const part of stream) {
        if (part.type === 'text-delta' && ++parts === 3) stream.abort();
      }
    });
    equal([failed, parts >= 3], ['aborted', true]);
    equal((await ductape.generate(call)).finishReason.unified, 'length');
  });

  test('a wrong key and no key are refused', async () => {
    equal(await code(async () => (await shop({ apiKey: 'wrong-key-0123456789' })).generate(call)), 'auth_failed');
    equal(await code(async () => (await shop({ apiKey: '' })).generate(call)), 'auth_failed');
    const verified = await (await shop({ apiKey: 'wrong-key-0123456789' })).model.verify({ tag: 'm' });
    equal([verified.ok, verified.status], [false, 'bad_key']);
    equal((await (await shop()).model.verify({ tag: 'm' })).ok, true);
  });

  test('a prompt beyond the context is context_length', async () => {
    const prompt = 'a long story '.repeat(200);
    equal(await code(async () => (await shop()).generate({ model: 'm', prompt })), 'context_length');
    equal(await code(async () => (await shop()).stream({ model: 'm', prompt }).result), 'context_length');
  });
  return list;
}
