// What the hooks `onAudit` and `onEvent` are told through the package, and that nothing they do reaches a call.

import { type Case, equal, type Library, type Servers } from './suite.js';

type Client = InstanceType<Library['default']>;

/** A moment as a hook gets it. */
interface Moment {
  type: 'start' | 'event' | 'end';
  id: string;
  parentId?: string;
  name: string;
  kind?: string;
  time: number;
  duration?: number;
  attributes: Record<string, unknown>;
  error?: { code: string; message?: string };
  context?: unknown;
}

const KEY = 'sk-canary-event-0123456789abcdef';

/** Every case against `library`. */
export function cases(library: Library, servers: Servers): Case[] {
  const { default: Ductape, DuctapeError } = library;
  const list: Case[] = [];
  const test = (name: string, run: () => Promise<void>) => list.push({ name: `events: ${name}`, run });

  const client = (more: object): Client =>
    new Ductape({
      product: 'shop',
      env: 'dev',
      dangerouslyAllowBrowser: true,
      retry: { maxRetries: 0 },
      ...more,
    } as never);
  const stored = async (more: object, baseUrl = servers.mock): Promise<Client> => {
    const ductape = client(more);
    const envs = [{ slug: 'dev', baseUrl, apiKey: KEY }];
    await ductape.model.create({ tag: 'chat', name: 'Chat', provider: 'custom', model: 'gpt-4o', envs });
    return ductape;
  };
  const refusal = async (work: () => unknown): Promise<string> => {
    try {
      await work();
      return 'no error';
    } catch (error) {
      if (!DuctapeError.is(error)) return `foreign: ${error}`;
      return error.details.field === undefined ? error.code : `${error.code} ${error.details.field}`;
    }
  };

  test('a whole answer is a call with one attempt, all told before its promise goes on', async () => {
    const told: Moment[] = [];
    const ductape = await stored({ onEvent: (event: Moment) => told.push(event) });
    const before = Date.now();
    await ductape.generate({ model: 'chat', prompt: 'hello' });
    equal(tree(told), ['+ chat gpt-4o', '  + POST', '  - POST', '- chat gpt-4o']);
    const [start, attempt] = told as [Moment, Moment];
    const end = told[3] as Moment;
    equal([start.kind, start.parentId, attempt.parentId, end.id], ['client', undefined, start.id, start.id]);
    equal(Math.abs(start.time - before) < 60_000 && end.time === start.time + (end.duration ?? -1), true);
    const named = ['gen_ai.operation.name', 'gen_ai.provider.name', 'gen_ai.request.model', 'ductape.model.tag'];
    equal(
      named.map((name) => start.attributes[name]),
      ['chat', 'custom', 'gpt-4o', 'chat'],
    );
    equal(end.attributes['gen_ai.response.finish_reasons'], ['stop']);
    equal(JSON.stringify(told).includes('hello'), false);
  });

  test('what is said is told where it is asked for', async () => {
    const told: Moment[] = [];
    const ductape = await stored({ captureContent: true, onEvent: (event: Moment) => told.push(event) });
    await ductape.generate({ model: 'chat', prompt: 'hello' });
    const said = (moment: Moment | undefined, name: string) => JSON.parse(String(moment?.attributes[name])) as unknown;
    equal(said(told[0], 'gen_ai.input.messages'), [{ role: 'user', parts: [{ type: 'text', content: 'hello' }] }]);
    const parts = [{ type: 'text', content: 'Hi there, how can I help?' }];
    equal(said(told.at(-1), 'gen_ai.output.messages'), [{ role: 'assistant', parts, finish_reason: 'stop' }]);
  });

  test('a stream ends its span however it ends', async () => {
    const ends = async (baseUrl: string, read: (stream: ReturnType<Client['stream']>) => Promise<unknown>) => {
      const told: Moment[] = [];
      const ductape = await stored({ onEvent: (event: Moment) => told.push(event) }, baseUrl);
      await read(ductape.stream({ model: 'chat', prompt: 'hello' })).catch(() => undefined);
      await tick();
      equal(told.filter(({ name }) => name === 'ductape.first_content').length, 1);
      return tree(told).at(-1);
    };
    equal(await ends(servers.mock, (stream) => stream.result), '- chat gpt-4o');
    const endless = `${servers.odd}/endless`;
    const left = async (stream: AsyncIterable<unknown>) => {
      for await (const _ of stream) break;
    };
    equal(await ends(endless, left), '- chat gpt-4o aborted');
    const forgotten = async (stream: ReturnType<Client['stream']>) => {
      await stream[Symbol.asyncIterator]().next();
      stream.abort();
    };
    equal(await ends(endless, forgotten), '- chat gpt-4o aborted');
    const aborted = async (stream: ReturnType<Client['stream']>) => {
      setTimeout(() => stream.abort(), 100);
      for await (const _ of stream);
    };
    equal(await ends(endless, aborted), '- chat gpt-4o aborted');
  });

  test('a run holds its calls and tools', async () => {
    const told: Moment[] = [];
    const answers = [calls('look', { id: '7' }), says('done')];
    const fetch = async () =>
      new Response(JSON.stringify(answers.shift()), { headers: { 'content-type': 'application/json' } });
    const ductape = await stored({ fetch, onEvent: (event: Moment) => told.push(event) });
    const tools = [{ tag: 'look', handler: () => ({ found: true }) }];
    await ductape.agents.define({ tag: 'clerk', model: 'chat', tools } as never);
    await ductape.agents.run({ tag: 'clerk', input: 'Hi' });
    equal(tree(told), [
      '+ invoke_agent clerk',
      '  + chat gpt-4o',
      '    + POST',
      '    - POST',
      '  - chat gpt-4o',
      '  + execute_tool look',
      '  - execute_tool look',
      '  + chat gpt-4o',
      '    + POST',
      '    - POST',
      '  - chat gpt-4o',
      '- invoke_agent clerk',
    ]);
    equal(JSON.stringify(told).includes('found'), false);
  });

  test('a call finds the context that it was made in, and no other call', async () => {
    const told: Moment[] = [];
    let current = 'none';
    const options = { eventContext: () => current, onEvent: (event: Moment) => told.push(event) };
    const ductape = await stored(options);
    const made = ['a', 'b', 'c'].map((name) => {
      current = name;
      return ductape.generate({ model: name === 'b' ? 'nope' : 'chat', prompt: 'hello' });
    });
    current = 'late';
    await Promise.allSettled(made);
    const starts = told.filter(({ type, parentId }) => type === 'start' && parentId === undefined);
    equal(starts.map(({ context }) => context).sort(), ['a', 'b', 'c']);
    equal(starts.find(({ context }) => context === 'b')?.name, 'chat');
    equal(told.filter((moment) => moment.context !== undefined).length, 3);
  });

  test('models and keys are told with who, what and when', async () => {
    const told: Record<string, unknown>[] = [];
    const ductape = await stored({ user_id: 'ada', onAudit: (event: Record<string, unknown>) => told.push(event) });
    await ductape.generate({ model: 'chat', prompt: 'hello' });
    await ductape.model.update({ tag: 'chat', envs: [{ slug: 'dev', apiKey: `${KEY}2` }] });
    await refusal(() => ductape.model.update({ tag: 'chat', envs: [{ slug: 'dev', baseUrl: 'https://x.example' }] }));
    await ductape.model.delete({ tag: 'chat' });
    equal(
      told.map(({ action, env, rev, outcome }) => [action, env ?? null, rev ?? null, outcome]),
      [
        ['model.create', null, 1, 'ok'],
        ['key.set', 'dev', 1, 'ok'],
        ['key.use', 'dev', 1, 'ok'],
        ['model.update', null, 2, 'ok'],
        ['key.rotate', 'dev', 2, 'ok'],
        ['model.update', null, null, 'key_reentry_required'],
        ['model.delete', null, null, 'ok'],
        ['key.remove', 'dev', null, 'ok'],
      ],
    );
    equal(
      told.every(
        ({ product, tag, actor, time }) =>
          product === 'shop' && tag === 'chat' && actor === 'ada' && Number(time) > 1e12,
      ),
      true,
    );
    const [, set, use, , rotate] = told;
    equal([set?.keyFingerprint === use?.keyFingerprint, set?.keyFingerprint === rotate?.keyFingerprint], [true, false]);
    equal(
      [typeof set?.keyFingerprint, typeof set?.keyId, JSON.stringify(told).includes('canary')],
      ['string', 'string', false],
    );
  });

  test('hooks that throw, reject, hang or call the client again harm nothing', async () => {
    const troubles: ((ductape: () => Client) => unknown)[] = [
      () => {
        throw new Error('the hook broke');
      },
      () => Promise.reject(new Error('the hook broke later')),
      () => new Promise(() => undefined),
      () => new Proxy({}, { get: () => notThenable() }),
      (ductape) => void ductape().model.fetchAll(),
    ];
    for (const trouble of troubles) {
      let heard = 0;
      let ductape: Client | undefined;
      const hook = () => {
        heard += 1;
        return trouble(() => ductape as Client);
      };
      ductape = client({ onEvent: hook, onAudit: hook, eventContext: hook });
      const envs = [{ slug: 'dev', baseUrl: servers.mock, apiKey: KEY }];
      await ductape.model.create({ tag: 'chat', name: 'Chat', provider: 'custom', model: 'gpt-4o', envs });
      const whole = await ductape.generate({ model: 'chat', prompt: 'hello' });
      const streamed = await ductape.stream({ model: 'chat', prompt: 'hello' }).result;
      equal([whole.text, streamed.text, heard > 8], [streamed.text, 'Hi there, how can I help?', true]);
    }
  });

  test('a hook may abort the stream that it is told of', async () => {
    let stream: ReturnType<Client['stream']> | undefined;
    const told: Moment[] = [];
    const onEvent = (event: Moment) => {
      told.push(event);
      if (event.name === 'ductape.first_content') stream?.abort();
    };
    const ductape = await stored({ onEvent }, `${servers.odd}/endless`);
    stream = ductape.stream({ model: 'chat', prompt: 'hello' });
    equal(await refusal(() => stream?.result), 'aborted');
    equal(tree(told).at(-1), '- chat gpt-4o aborted');
  });

  test('hooks are functions of the options own', async () => {
    for (const name of ['onAudit', 'onEvent', 'eventContext']) {
      equal(await refusal(() => client({ [name]: 'x' })), `invalid_input ${name}`);
      equal(await refusal(() => client({ [name]: null })), `invalid_input ${name}`);
      equal(await refusal(() => client({ [name]: undefined })), 'no error');
    }
    equal(await refusal(() => client({ captureContent: 1 })), 'invalid_input captureContent');
    equal(await refusal(() => client({ onevent: () => 1 })), 'invalid_input onevent');
    const told: unknown[] = [];
    const prototype = Object.prototype as unknown as Record<string, unknown>;
    prototype.onEvent = (event: unknown) => told.push(event);
    prototype.onAudit = prototype.onEvent;
    prototype.captureContent = true;
    try {
      const ductape = await stored({});
      await ductape.generate({ model: 'chat', prompt: 'hello' });
    } finally {
      for (const name of ['onEvent', 'onAudit', 'captureContent']) delete prototype[name];
    }
    equal(told, []);
  });

  return list;
}

/** A line a moment, indented by depth; every start must have its end. */
function tree(told: Moment[]): string[] {
  const open = new Set<string>();
  const lines = told.map(({ type, id, parentId, name, error }) => {
    if (parentId !== undefined && !open.has(parentId)) throw new Error(`${name} outside of its parent`);
    if (type === 'start') open.add(id);
    else if (!open.has(id)) throw new Error(`${name} before its start`);
    if (type === 'end') open.delete(id);
    const mark = { start: '+', event: '.', end: '-' }[type];
    const depth = '  '.repeat(id.split('.').length - 1);
    return `${depth}${mark} ${name}${error === undefined ? '' : ` ${error.code}`}`;
  });
  equal([...open], []);
  return lines;
}

function notThenable(): never {
  throw new Error('it has no properties');
}

/** Lets whatever was told be handed on. */
function tick(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}

function calls(name: string, args: object): object {
  const call = { id: 'call-0', type: 'function', function: { name, arguments: JSON.stringify(args) } };
  const message = { role: 'assistant', content: null, tool_calls: [call] };
  return { id: '1', model: 'm', choices: [{ index: 0, message, finish_reason: 'tool_calls' }] };
}

function says(content: string): object {
  const message = { role: 'assistant', content };
  return { id: '2', model: 'm', choices: [{ index: 0, message, finish_reason: 'stop' }] };
}
