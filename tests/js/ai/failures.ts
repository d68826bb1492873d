// r68 Failures: what the SDK gets, what it repeats, and how a call is given up.

import { type Case, equal } from '../suite.js';
import { ANSWER, everythingOf, failure, json, KEY, PROMPTS, type Setting, shop, sse } from './shop.js';

const PROMPT = [{ role: 'user', content: [{ type: 'text', text: 'hello' }] }] as const;

/** The cases. */
export function cases(setting: Setting): Case[] {
  return [...errors(setting), ...endings(setting), ...otherKinds(setting)];
}

function errors(setting: Setting): Case[] {
  const { sdk, library } = setting;
  const list: Case[] = [];
  const test = (name: string, run: () => Promise<void>) => list.push({ name, run });
  const busy = json({ error: { message: 'slow down' } }, 429, { 'retry-after-ms': '5' });

  test('r68 a refused key is an APICallError without the key', async () => {
    const refused = json({ error: { message: `Incorrect API key provided: ${KEY}` } }, 401);
    const { model } = await shop(setting, 'chat', [refused, refused]);
    for (const work of [() => sdk.generateText({ model, prompt: 'x' }), () => model.doStream({ prompt: PROMPT })]) {
      const error = await failure(work);
      if (!sdk.APICallError.isInstance(error)) throw new Error(`it is ${error}`);
      equal([error.statusCode, error.isRetryable, (error.data as { code: string }).code], [401, false, 'auth_failed']);
      equal([library.DuctapeError.is(error.cause, 'auth_failed'), everythingOf(error).includes(KEY)], [true, false]);
    }
  });

  test('r68 the SDK repeats what this library does not, after the wait that the provider asks for', async () => {
    const { model, sent } = await shop(setting, 'chat', [busy]);
    equal((await sdk.generateText({ model, prompt: PROMPTS.text, maxRetries: 1 })).text, ANSWER);
    equal(sent.length, 2);
    const streamed = await shop(setting, 'chat', [busy]);
    equal(await sdk.streamText({ model: streamed.model, prompt: PROMPTS.text, maxRetries: 1 }).text, ANSWER);
    equal(streamed.sent.length, 2);
  });

  test('r68 the two kinds of retries do not multiply', async () => {
    const more = { retry: { maxRetries: 2 } };
    const { model, sent } = await shop(setting, 'chat', [busy, busy, busy, busy], more);
    const error = await failure(() => sdk.generateText({ model, prompt: 'x', maxRetries: 2 }));
    if (!sdk.APICallError.isInstance(error)) throw new Error(`it is ${error}`);
    equal([sent.length, error.statusCode, error.isRetryable], [3, 429, false]);
  });

  test('a closed port is an APICallError without a status', async () => {
    const { model } = await shop(setting, 'chat', [], { baseUrl: 'http://127.0.0.1:9' });
    const error = await failure(() => model.doGenerate({ prompt: PROMPT }));
    if (!sdk.APICallError.isInstance(error)) throw new Error(`it is ${error}`);
    equal([error.statusCode, error.isRetryable], [undefined, true]);
  });

  test('an unknown tag is this library’s own error', async () => {
    const { models } = await shop(setting, 'chat');
    const error = await failure(() => sdk.generateText({ model: models('suport') as never, prompt: 'x' }));
    equal([library.DuctapeError.is(error, 'model_not_found'), error.message.includes('support')], [true, true]);
  });

  return list;
}

function endings(setting: Setting): Case[] {
  const { sdk } = setting;
  const list: Case[] = [];
  const test = (name: string, run: () => Promise<void>) => list.push({ name, run });
  const open = async () => Number(await (await fetch(`${setting.odd}/open`)).text());
  const closes = async () => {
    for (let tries = 0; (await open()) > 0; tries += 1) {
      if (tries > 100) throw new Error('the connection stays open');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };

  test('r68 abort before the call sends nothing', async () => {
    const { model, sent } = await shop(setting, 'chat');
    const error = await failure(() => sdk.generateText({ model, prompt: 'x', abortSignal: AbortSignal.abort() }));
    equal([error.name, sent.length], ['AbortError', 0]);
  });

  test('r68 abort mid-stream ends the stream as aborted and closes the connection', async () => {
    const { model } = await shop(setting, 'custom', [], { baseUrl: `${setting.odd}/endless` });
    const controller = new AbortController();
    const types: string[] = [];
    const result = sdk.streamText({ model, prompt: 'x', abortSignal: controller.signal, maxRetries: 0 });
    for await (const part of result.fullStream) {
      types.push(part.type);
      if (part.type === 'text-delta') controller.abort();
    }
    equal([types.at(-1), types.includes('error')], ['abort', false]);
    await closes();
  });

  test('r68 a time limit of the caller’s keeps its name', async () => {
    const { model } = await shop(setting, 'custom', [], { baseUrl: `${setting.odd}/endless` });
    const abortSignal = AbortSignal.timeout(60);
    equal((await failure(() => model.doGenerate({ prompt: PROMPT, abortSignal }))).name, 'TimeoutError');
    await closes();
  });

  test('cancelling the stream closes the connection', async () => {
    const { model } = await shop(setting, 'custom', [], { baseUrl: `${setting.odd}/endless` });
    for (const waits of [false, true]) {
      const { stream } = await model.doStream({ prompt: PROMPT });
      const reader = (stream as ReadableStream<{ type: string }>).getReader();
      while ((await reader.read()).value?.type !== 'text-delta');
      const pending = waits ? reader.read() : undefined;
      // The read has to reach the connection before the cancelling does.
      await new Promise((resolve) => setTimeout(resolve, 20));
      await reader.cancel();
      await Promise.all([pending, closes()]);
    }
  });

  test('r68 a stream that breaks keeps what came and ends as an error', async () => {
    const chunk = { id: 'c', choices: [{ index: 0, delta: { content: 'half' } }] };
    const script = [sse(chunk, { error: { message: 'overloaded', type: 'server_error', code: 503 } })];
    const { model } = await shop(setting, 'chat', script);
    const seen: unknown[] = [];
    const onError = ({ error }: { error: unknown }) => void seen.push(error);
    const result = sdk.streamText({ model, prompt: 'x', maxRetries: 0, onError });
    let text = '';
    for await (const piece of result.textStream) text += piece;
    equal([text, seen.length, await result.finishReason], ['half', 1, 'error']);
  });

  return list;
}

function otherKinds(setting: Setting): Case[] {
  const { sdk, bridge, specification } = setting;
  const list: Case[] = [];
  const test = (name: string, run: () => Promise<void>) => list.push({ name, run });

  test('r68 a registry finds models by tag', async () => {
    const { models } = await shop(setting, 'chat');
    const registry = sdk.createProviderRegistry({ stored: models as never });
    const model = registry.languageModel('stored:support');
    equal((await sdk.generateText({ model, prompt: PROMPTS.text, maxRetries: 0 })).text, ANSWER);
    const error = await failure(() => registry.embeddingModel('stored:support'));
    equal(sdk.NoSuchModelError.isInstance(error), true);
  });

  test('r68 every other kind of model is refused as the SDK refuses it', async () => {
    const { models } = await shop(setting, 'chat');
    for (const kind of [
      'embeddingModel',
      'imageModel',
      'transcriptionModel',
      'speechModel',
      'rerankingModel',
    ] as const) {
      const error = await failure(() => models[kind]('x'));
      if (!sdk.NoSuchModelError.isInstance(error)) throw new Error(`${kind}: it is ${error}`);
      equal([error.modelId, error.modelType], ['x', kind]);
    }
  });

  test('the current SDK takes models of the specification before it, too', async () => {
    const { ductape } = await shop(setting, 'chat');
    const model = bridge.ductapeProvider(ductape, { specification: 'v3' })('support');
    equal([(await sdk.generateText({ model: model as never, prompt: PROMPTS.text })).text], [ANSWER]);
  });

  test('an unknown specification is refused', async () => {
    const { ductape } = await shop(setting, 'chat');
    const error = await failure(() => bridge.ductapeProvider(ductape, { specification: 'v2' as never }));
    equal([error.name, specification.length], ['DuctapeError', 2]);
  });

  return list;
}
