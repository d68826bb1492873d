// One suite for every runtime. It gets the library and the addresses of loopback servers, and knows no runtime: no Node,
// no DOM beyond what Workers, pages and Node share.

/** The package, however it was loaded. */
export type Library = typeof import('ductape-models');

/** Where the servers of this run listen. */
export interface Servers {
  /** A mock of OpenAI's API. */
  mock: string;
  /** Redirects, endless streams and a log of closed connections; `/redirect/<status>[/<where>]`, `/caught`, `/endless`, `/lingering`, `/hits`. */
  odd: string;
}

/** One named case. */
export interface Case {
  name: string;
  run(): Promise<void>;
}

/** What a run came to. */
export interface Tally {
  passed: number;
  failed: string[];
}

const KEY = 'sk-canary-0123456789abcdef';
const TAG = 'shop-model';

/** Option names that a polluted prototype would supply. Not `signal` and its like: the platform's own fetch reads those. */
const POLLUTED = [
  'active',
  'agent',
  'allowInsecure',
  'api',
  'apiKey',
  'baseUrl',
  'description',
  'env',
  'envs',
  'headers',
  'keyRef',
  'maxTokens',
  'messages',
  'model',
  'modelConfig',
  'name',
  'product',
  'prompt',
  'provider',
  'providerOptions',
  'remove',
  'schema',
  'slug',
  'stopSequences',
  'storage',
  'system',
  'tag',
  'temperature',
  'timeout',
  'toolChoice',
  'topP',
];

/** Every case against `library`. */
export function cases(library: Library, servers: Servers): Case[] {
  const { default: Ductape, DuctapeError } = library;
  const list: Case[] = [];
  const test = (name: string, run: () => Promise<void>) => list.push({ name, run });

  const spied = () => {
    const records = new Map<string, string>();
    const seen: string[] = [];
    return {
      seen,
      get: async (key: string) => records.get(key) ?? null,
      set: async (key: string, value: string) => {
        seen.push(key, value);
        records.set(key, value);
      },
      delete: async (key: string) => records.delete(key),
      list: async (prefix: string) => [...records.keys()].filter((key) => key.startsWith(prefix)),
    };
  };
  const client = (more: object = {}) =>
    new Ductape({ product: 'shop', env: 'dev', dangerouslyAllowBrowser: true, retry: { maxRetries: 0 }, ...more });
  const model = (baseUrl: string) => ({
    tag: TAG,
    name: 'Shop',
    provider: 'custom' as const,
    model: 'gpt-4o',
    envs: [{ slug: 'dev', baseUrl, apiKey: KEY }],
  });
  const code = async (work: () => unknown): Promise<string> => {
    try {
      await work();
      return 'no error';
    } catch (error) {
      return DuctapeError.is(error) ? error.code : `foreign: ${error}`;
    }
  };

  test('r01 the default export is a class', async () => {
    equal(typeof Ductape, 'function');
    equal(new Ductape({ user_id: 'u', workspace_id: 'w', accessKey: 'a' }) instanceof Ductape, true);
  });

  test('construction refuses unknown options with a suggestion', async () => {
    try {
      new Ductape({ privatkey: 'x' } as never);
    } catch (error) {
      equal(DuctapeError.is(error, 'invalid_input') && error.message.includes('privateKey'), true);
      return;
    }
    throw new Error('it did not');
  });

  test('storage needs a privateKey', async () => {
    equal(await code(() => new Ductape({ storage: spied() })), 'invalid_input');
  });

  test('r31 a weak key is refused', async () => {
    equal(await code(() => client({ privateKey: '0'.repeat(64) }).model.fetchAll()), 'invalid_input');
  });

  test('a model is created, fetched, updated, listed and deleted', async () => {
    const ductape = client();
    const created = await ductape.model.create(model(servers.mock));
    equal([created.rev, created.envs[0]?.hasKey, created.envs[0]?.keyHint], [1, true, 'cdef']);
    equal((await ductape.model.update({ tag: TAG, temperature: 0.2 })).temperature, 0.2);
    equal((await ductape.model.fetch({ tag: TAG })).temperature, 0.2);
    equal((await ductape.model.fetchAll()).length, 1);
    equal(await code(() => ductape.model.create(model(servers.mock))), 'already_exists');
    await ductape.model.delete({ tag: TAG });
    equal(await ductape.model.fetch({ tag: TAG, optional: true }), null);
    equal(await code(() => ductape.model.fetch({ tag: TAG })), 'model_not_found');
  });

  test('r26 storage sees no key', async () => {
    const storage = spied();
    const ductape = client({ storage, privateKey: Ductape.generateKey() });
    const view = await ductape.model.create(model(servers.mock));
    equal(storage.seen.length > 0, true);
    equal(`${storage.seen.join()}${JSON.stringify(view)}`.includes(KEY), false);
  });

  test('r29 another product key opens nothing', async () => {
    const storage = spied();
    await client({ storage, privateKey: Ductape.generateKey() }).model.create(model(servers.mock));
    const other = client({ storage, privateKey: Ductape.generateKey() });
    equal(await code(() => other.generate({ model: TAG, prompt: 'hello' })), 'unknown_key');
  });

  test('r30 a ring opens what an older key sealed', async () => {
    const [old, young, storage] = [Ductape.generateKey(), Ductape.generateKey(), spied()];
    await client({ storage, privateKey: old }).model.create(model(servers.mock));
    const ductape = client({ storage, privateKey: { primary: young, others: [old] } });
    equal((await ductape.generate({ model: TAG, prompt: 'hello' })).text.length > 0, true);
  });

  test('resolve and explain show the settings and their sources', async () => {
    const ductape = client();
    await ductape.model.create(model(servers.mock));
    const resolved = await ductape.resolve({ model: TAG, modelConfig: { temperature: 0.1 } });
    equal([resolved.params.temperature, resolved.env], [0.1, 'dev']);
    const explained = await ductape.explain({ model: TAG, modelConfig: { temperature: 0.1 } });
    equal(explained.settings.temperature.source, 'runtime');
  });

  for (const [name, fetch] of transports()) {
    const ready = async (address: string, more: object = {}) => {
      const ductape = client({ ...(fetch && { fetch }), ...more });
      await ductape.model.create(model(address));
      return ductape;
    };

    test(`generate answers (${name})`, async () => {
      const answer = await (await ready(servers.mock)).generate({ model: TAG, prompt: 'hello' });
      equal([answer.text, answer.finishReason.unified, answer.served.tag], ['Hi there, how can I help?', 'stop', TAG]);
    });

    test(`stream gives parts and a result (${name})`, async () => {
      const stream = (await ready(servers.mock)).stream({ model: TAG, prompt: 'hello' });
      let text = '';
      const types = new Set<string>();
      for await (const part of stream) {
        types.add(part.type);
        if (part.type === 'text-delta') text += part.text;
      }
      equal([text, types.has('finish')], ['Hi there, how can I help?', true]);
      equal((await stream.result).text, text);
    });

    test(`result alone reads the stream (${name})`, async () => {
      const stream = (await ready(servers.mock)).stream({ model: TAG, prompt: 'hello' });
      equal((await stream.result).text, 'Hi there, how can I help?');
    });

    test(`toSSE gives events (${name})`, async () => {
      const stream = (await ready(servers.mock)).stream({ model: TAG, prompt: 'hello' });
      const text = await new Response(stream.toSSE() as ReadableStream).text();
      equal([text.includes('event: text-delta\ndata: {'), text.includes('event: finish')], [true, true]);
    });

    test(`textStream is the text (${name})`, async () => {
      let text = '';
      const ductape = await ready(servers.mock);
      for await (const piece of ductape.stream({ model: TAG, prompt: 'hello' }).textStream) text += piece;
      equal(text, 'Hi there, how can I help?');
    });

    test(`parts asked for in advance come in their order, and the end to everybody (${name})`, async () => {
      const ductape = await ready(servers.mock);
      const inTurn: unknown[] = [];
      for await (const part of ductape.stream({ model: TAG, prompt: 'hello' })) inTurn.push(part);
      const parts = ductape.stream({ model: TAG, prompt: 'hello' })[Symbol.asyncIterator]();
      const asked = await Promise.all(Array.from({ length: inTurn.length + 2 }, () => parts.next()));
      const types = (list: unknown[]) => list.map((part) => (part as { type?: string } | undefined)?.type);
      equal(types(asked.map((item) => item.value)), [...types(inTurn), undefined, undefined]);
      equal(asked.map((item) => item.done === true).lastIndexOf(false), inTurn.length - 1);
    });

    test(`leaving waits for what was asked for before, and closes the connection (${name})`, async () => {
      const ductape = await ready(`${servers.odd}/endless`);
      const stream = ductape.stream({ model: TAG, prompt: 'x' });
      const parts = stream[Symbol.asyncIterator]();
      await parts.next();
      const [waiting, left] = [parts.next(), parts.return?.()];
      equal([(await waiting).done, (await left)?.done], [false, true]);
      equal(await code(() => stream.result), 'aborted');
      equal((await parts.next()).done, true);
      await closes();
    });

    test(`a text cut anywhere arrives whole, byte by byte too (${name})`, async () => {
      const said = 'h\u00e9 \u{1f600} "q" \\ \n'.repeat(40);
      for (const end of ['\n', '\r', '\r\n']) {
        const chunk = (delta: object, reason: string | null) =>
          `data: ${JSON.stringify({ id: 'a', choices: [{ index: 0, delta, finish_reason: reason }] })}${end}${end}`;
        const events = [...said].map((content) => chunk({ content }, null)).join('');
        const bytes = new TextEncoder().encode(`${events}${chunk({}, 'stop')}data: [DONE]${end}${end}`);
        for (const size of [1, 7, 333, bytes.length]) {
          const ductape = await ready(servers.mock, { fetch: async () => new Response(cut(bytes, size)) });
          let text = '';
          for await (const piece of ductape.stream({ model: TAG, prompt: 'x' }).textStream) text += piece;
          equal(text, said);
        }
      }
    });

    test(`a part comes with the last byte of its event (${name})`, async () => {
      for (const end of ['\n', '\r', '\r\n']) {
        const event = `data: {"choices":[{"index":0,"delta":{"content":"a"}}]}${end}${end}`;
        const body = cut(new TextEncoder().encode(event), 1, { isOpen: true });
        const ductape = await ready(servers.mock, { fetch: async () => new Response(body) });
        const texts = ductape.stream({ model: TAG, prompt: 'x' }).textStream[Symbol.asyncIterator]();
        equal(await texts.next(), { value: 'a', done: false });
        await texts.return?.();
      }
    });

    test(`r57 abort before the call sends nothing (${name})`, async () => {
      const ductape = await ready(servers.odd);
      const before = await hits();
      const signal = AbortSignal.abort();
      equal(await code(() => ductape.generate({ model: TAG, prompt: 'x', signal })), 'aborted');
      equal(await code(() => ductape.stream({ model: TAG, prompt: 'x', signal }).result), 'aborted');
      equal(await hits(), before);
    });

    test(`r57 abort mid-stream closes the connection (${name})`, async () => {
      const ductape = await ready(`${servers.odd}/endless`);
      const controller = new AbortController();
      const stream = ductape.stream({ model: TAG, prompt: 'x', signal: controller.signal });
      const failed = await code(async () => {
        for await (const part of stream) if (part.type === 'text-delta') controller.abort();
      });
      equal(failed, 'aborted');
      await closes();
    });

    test(`r57 abort closes the connection also where nobody reads on (${name})`, async () => {
      const ductape = await ready(`${servers.odd}/endless`);
      const stream = ductape.stream({ model: TAG, prompt: 'x' });
      const parts = stream[Symbol.asyncIterator]();
      while ((await parts.next()).value?.type !== 'text-delta');
      stream.abort();
      await closes();
      equal(await code(() => parts.next()), 'aborted');
    });

    test(`cancelling the readable form closes the connection (${name})`, async () => {
      const ductape = await ready(`${servers.odd}/endless`);
      const readable = ductape.stream({ model: TAG, prompt: 'x' }).toReadableStream() as ReadableStream;
      const reader = readable.getReader();
      await reader.read();
      await reader.cancel();
      await closes();
    });

    test(`leaving the loop closes the connection (${name})`, async () => {
      const ductape = await ready(`${servers.odd}/endless`);
      for await (const part of ductape.stream({ model: TAG, prompt: 'x' })) if (part.type === 'text-delta') break;
      await closes();
    });

    test(`an answer whose end was told does not wait for its connection (${name})`, async () => {
      const ductape = await ready(`${servers.odd}/lingering`);
      const answer = await ductape.stream({ model: TAG, prompt: 'x' }).result;
      equal([answer.text, answer.finishReason.unified], ['first', 'stop']);
      await closes();
    });

    test(`r58 a silent stream times out (${name})`, async () => {
      const ductape = await ready(`${servers.odd}/endless`);
      const stream = ductape.stream({ model: TAG, prompt: 'x', timeout: { idleMs: 80 } });
      equal(await code(() => stream.result), 'timeout');
      await closes();
    });

    for (const status of [301, 302, 303, 307, 308]) {
      test(`r40 redirect ${status} is refused (${name})`, async () => {
        const ductape = await ready(`${servers.odd}/redirect/${status}`);
        const before = await hits();
        equal(await code(() => ductape.generate({ model: TAG, prompt: 'x' })), 'redirect_refused');
        equal((await hits()) - before, 0);
      });
    }

    test(`a closed port is a network error (${name})`, async () => {
      const ductape = await ready('http://127.0.0.1:9');
      equal(await code(() => ductape.generate({ model: TAG, prompt: 'x' })), 'network');
    });
  }

  test('a polluted Object.prototype changes nothing that is stored, resolved or sent', async () => {
    const clean = await everything(chatAnswer());
    const response = chatAnswer();
    const names = [...POLLUTED, 'toJSON'];
    const pollution = Object.prototype as Record<string, unknown>;
    let dirty: unknown;
    try {
      for (const name of names) {
        const value = name === 'toJSON' ? () => 'polluted' : 'polluted';
        Object.defineProperty(pollution, name, { value, configurable: true, enumerable: true, writable: true });
      }
      dirty = await everything(response).catch((error: Error) => error.message);
    } finally {
      for (const name of names) delete pollution[name];
    }
    equal(JSON.stringify(dirty), JSON.stringify(clean));
    equal(clean.sent.length > 0, true);
  });

  /** Made before the pollution: the platform's own constructors read inherited options. */
  const chatAnswer = () => new Response('{"choices":[{"index":0,"message":{"content":"ok"},"finish_reason":"stop"}]}');

  /** One life of a model, over a fetch that writes down what it is given. */
  const everything = async (response: Response) => {
    const sent: unknown[] = [];
    const own = (value: object) => Object.entries(value).map(([name, item]) => [name, item]);
    const fetch = (url: string, init: { headers: object; body: Uint8Array; method: string; redirect: string }) => {
      const { headers, body, method, redirect } = init;
      sent.push([url, method, redirect, own(headers), new TextDecoder().decode(body)]);
      return Promise.resolve(response);
    };
    const ductape = client({ fetch });
    const created = await ductape.model.create(model('https://llm.example'));
    const updated = await ductape.model.update({
      tag: TAG,
      temperature: 0.2,
      envs: [{ slug: 'dev', description: 'd' }],
    });
    const resolved = await ductape.resolve({ model: TAG, agent: { modelConfig: { topP: 0.5 } } });
    const explained = await ductape.explain({ model: TAG, modelConfig: { maxTokens: 5 } });
    const tools = [{ tag: 'look', parameters: { type: 'object', properties: { a: { type: 'string' } } } }];
    const answer = await ductape.generate({ model: TAG, messages: [{ role: 'user', content: 'x' }], tools });
    const views = [created, updated].map((view) => [
      Object.hasOwn(view, 'temperature') && view.temperature,
      view.provider,
      view.envs.map(({ slug, baseUrl, hasKey, keyHint }) => [slug, baseUrl, hasKey, keyHint]),
    ]);
    return {
      views,
      resolved: own(resolved.params),
      explained: own(explained.settings.maxTokens),
      text: answer.text,
      sent,
    };
  };

  test('r39 an accepted base URL means to us what it means to the platform, and a doubtful one is refused', async () => {
    const ductape = client();
    const accepted = [
      'HTTPS://LLM.Example:443/v1/',
      'https://llm.example:8443/a/b?x=1',
      'http://127.0.0.1:80',
      'http://[::1]:9/x',
      'https://a-b.c_d.example',
      'http://sub.localhost:1',
    ];
    for (const baseUrl of accepted) {
      const model = { provider: 'custom' as const, model: 'm', baseUrl };
      const seen = (await ductape.resolve({ model })).baseUrl ?? '';
      equal(new URL(seen).origin, new URL(baseUrl).origin);
    }
    const doubtful = [
      'https://1.2.3',
      'https://0x7f.1',
      'https://a@b.example',
      'https://a\\b.example',
      'https://ex%61mple.com',
    ];
    for (const baseUrl of [
      ...doubtful,
      'https://xn--a.example',
      'https://a.example/#x',
      'ftp://a.example',
      'https://a..b',
    ]) {
      const model = { provider: 'custom' as const, model: 'm', baseUrl };
      equal(await code(() => ductape.resolve({ model })), 'invalid_input');
    }
  });

  test('only plain data is taken', async () => {
    const ductape = client();
    const self: Record<string, unknown> = {};
    self.self = self;
    const getter = Object.defineProperty({}, 'x', { enumerable: true, get: () => 1 });
    const bad: unknown[] = [new Date(), new Map(), () => 1, Symbol('x'), Number.NaN, '\ud800', self, getter, 1n];
    for (const value of bad) {
      equal(await code(() => ductape.resolve({ model: TAG, providerOptions: { value } } as never)), 'invalid_input');
    }
  });

  test('r63 a storage that throws is storage_error with its cause', async () => {
    const thrown = new Error('disk on fire');
    const storage = { ...spied(), get: () => Promise.reject(thrown) };
    const ductape = client({ storage, privateKey: Ductape.generateKey() });
    const error = await ductape.model.fetch({ tag: TAG }).catch((error: unknown) => error);
    equal([DuctapeError.is(error, 'storage_error'), (error as Error).cause === thrown], [true, true]);
  });

  test('r63 a storage that throws at once is storage_error', async () => {
    const storage = {
      ...spied(),
      get: () => {
        throw 'no';
      },
    };
    const ductape = client({ storage, privateKey: Ductape.generateKey() });
    equal(await code(() => ductape.model.fetch({ tag: TAG })), 'storage_error');
  });

  test('r63 a storage that hangs is storage_error in time', async () => {
    const storage = { ...spied(), get: () => new Promise<null>(() => undefined) };
    const ductape = client({ storage, privateKey: Ductape.generateKey(), storageTimeoutMs: 50 });
    equal(await code(() => ductape.model.fetch({ tag: TAG })), 'storage_error');
  });

  for (const wrong of [7, {}, [], new Error('as a value'), () => 'x', true]) {
    test(`r63 a storage that gives ${typeof wrong} ${String(wrong).slice(0, 12)} breaks its contract`, async () => {
      const storage = { ...spied(), get: () => Promise.resolve(wrong as never) };
      const ductape = client({ storage, privateKey: Ductape.generateKey() });
      equal(await code(() => ductape.model.fetch({ tag: TAG })), 'storage_contract');
    });
  }

  test('a storage may answer without promises', async () => {
    const records = new Map<string, string>();
    const storage = {
      get: (key: string) => records.get(key),
      set: (key: string, value: string) => void records.set(key, value),
      delete: (key: string) => void records.delete(key),
      list: (prefix: string) => [...records.keys()].filter((key) => key.startsWith(prefix)),
    };
    const ductape = client({ storage, privateKey: Ductape.generateKey() });
    await ductape.model.create(model(servers.mock));
    equal((await ductape.model.fetchAll()).length, 1);
  });

  test('an image is taken as bytes, as an address and as a data: address', async () => {
    const ductape = client();
    await ductape.model.create(model(servers.mock));
    const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0, 255]);
    for (const image of [png, new URL('https://example.test/a.png'), 'data:image/png;base64,iVBORw==']) {
      const content = [
        { type: 'text' as const, text: 'hello' },
        { type: 'image' as const, image },
      ];
      const answer = await ductape.generate({ model: TAG, messages: [{ role: 'user', content }] });
      equal(answer.text, 'Hi there, how can I help?');
    }
    const content = [{ type: 'image' as const, image: new Uint8Array([1, 2, 3]) }];
    equal(await code(() => ductape.generate({ model: TAG, messages: [{ role: 'user', content }] })), 'invalid_input');
  });

  test('a keyRef is looked up', async () => {
    const ductape = client({ keyResolver: async (reference: string) => `sk-${reference}-0123456789` });
    await ductape.model.create({
      ...model(servers.mock),
      envs: [{ slug: 'dev', baseUrl: servers.mock, keyRef: 'vault' }],
    });
    equal((await ductape.generate({ model: TAG, prompt: 'hello' })).text, 'Hi there, how can I help?');
  });

  test('r67 after a trap the next call works, and calls in flight end', async () => {
    const ductape = client();
    await ductape.model.create(model(servers.mock));
    const hanging = client({
      storage: { ...spied(), get: () => new Promise<null>(() => undefined) },
      privateKey: Ductape.generateKey(),
    });
    const inFlight = code(() => hanging.model.fetch({ tag: TAG }));
    await new Promise((resolve) => setTimeout(resolve, 5));
    const now = Date.now;
    Date.now = () => {
      throw new Error('a host function fails where the core cannot expect it');
    };
    const trapped = await code(() => ductape.model.update({ tag: TAG, temperature: 1 }));
    Date.now = now;
    equal([trapped, await inFlight], ['internal', 'internal']);
    equal((await ductape.model.update({ tag: TAG, temperature: 1 })).temperature, 1);
  });

  return list;

  async function hits(): Promise<number> {
    return Number(await (await fetch(`${servers.odd}/hits`)).text());
  }

  async function closes(): Promise<void> {
    // Firefox takes its time.
    for (let attempt = 0; attempt < 500; attempt += 1) {
      if ((await (await fetch(`${servers.odd}/open`)).text()) === '0') return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error('the connection is still open after five seconds');
  }
}

function transports(): [string, undefined | ((url: string, init: never) => Promise<Response>)][] {
  return [
    ['gloo-net', undefined],
    ["caller's fetch", (url, init) => fetch(url, init)],
  ];
}

/** Runs every case in turn, each with a limit of its own, in seconds. */
export async function runAll(list: Case[], limit = 10): Promise<Tally> {
  const tally: Tally = { passed: 0, failed: [] };
  for (const { name, run } of list) {
    try {
      await bounded(run(), limit);
      tally.passed += 1;
    } catch (error) {
      tally.failed.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return tally;
}

/** A body that comes in chunks of `size` bytes, and ends after them unless it `isOpen`. */
function cut(bytes: Uint8Array, size: number, { isOpen = false } = {}): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    start(controller) {
      for (let at = 0; at < bytes.length; at += size) {
        controller.enqueue(Uint8Array.from(bytes.subarray(at, at + size)));
      }
      if (!isOpen) controller.close();
    },
  });
}

async function bounded(work: Promise<void>, seconds: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<void>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it took more than ${seconds} seconds`)), seconds * 1000);
  });
  await Promise.race([work, over]).finally(() => clearTimeout(timer));
}

export function equal(actual: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`expected ${b}, got ${a}`);
}
