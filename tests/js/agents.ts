// Agents through the package: handlers, schemas, confirmation, events, abort. The model is a list of answers behind the
// caller's own fetch.

import { type Case, equal, type Library } from './suite.js';

type Client = InstanceType<Library['default']>;

const KEY = 'sk-canary-agent-0123456789abcdef';

/** Every case against `library`. */
export function cases(library: Library): Case[] {
  const { default: Ductape, DuctapeError } = library;
  const list: Case[] = [];
  const test = (name: string, run: () => Promise<void>) => list.push({ name: `agents: ${name}`, run });

  const staffed = async (answers: object[], agent: object = {}) => {
    const sent: { messages: { role: string; content: unknown }[]; stream?: boolean }[] = [];
    const fetch = async (_url: string, init: { body: Uint8Array }) => {
      sent.push(JSON.parse(new TextDecoder().decode(init.body)));
      const answer = answers[sent.length - 1];
      if (answer === undefined) return new Promise<Response>(() => undefined);
      return new Response(JSON.stringify(answer), { headers: { 'content-type': 'application/json' } });
    };
    const ductape = new Ductape({ product: 'shop', env: 'dev', fetch, dangerouslyAllowBrowser: true } as never);
    const envs = [{ slug: 'dev', baseUrl: 'https://llm.example/v1', apiKey: KEY }];
    await ductape.model.create({ tag: 'chat', name: 'Chat', provider: 'custom', model: 'm', envs });
    await ductape.agents.define({ tag: 'clerk', model: 'chat', ...agent } as never);
    return { ductape, sent };
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
  const run = (ductape: Client, more: object = {}) =>
    ductape.agents.run({ tag: 'clerk', input: 'Hi', ...more } as never);
  const schema = { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] };

  test('r55b a handler gets its context and checked arguments, and its answer reaches the model', async () => {
    const seen: unknown[] = [];
    const handler = (context: { data: unknown; agent: string; toolCallId: string }, { id }: { id: string }) => {
      seen.push([context.agent, context.toolCallId, context.data, id]);
      return { found: id };
    };
    const tools = [{ tag: 'look', parameters: schema, handler }];
    const { ductape, sent } = await staffed([calls(['look', { id: '7' }]), says('done')], { tools });
    const done = await run(ductape, { context: { user: 1 } });
    equal([done.status, done.output, done.iterations], ['completed', 'done', 2]);
    equal(seen, [['clerk', 'call-0', { user: 1 }, '7']]);
    equal(sent[1]?.messages.at(-1)?.content, '{"found":"7"}');
    equal(JSON.stringify(done).includes('canary'), false);
  });

  test('r55b arguments that break the schema are told to the model and never reach the handler', async () => {
    let calledWith: unknown;
    const handler = (_: unknown, params: unknown) => {
      calledWith = params;
    };
    const tools = [{ tag: 'look', parameters: schema, handler }];
    const { ductape, sent } = await staffed([calls(['look', { id: 7 }], ['look', {}]), says('sorry')], { tools });
    const done = await run(ductape);
    equal([done.toolCalls.map(({ status }) => status), calledWith], [['failed', 'failed'], undefined]);
    const told = sent[1]?.messages.slice(-2).map(({ content }) => String(content)) ?? [];
    equal([told[0]?.includes('id'), told[1]?.includes('id')], [true, true]);
  });

  test('r55b a standard schema checks and transforms', async () => {
    const standard = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: (value: { id?: unknown }) =>
          typeof value.id === 'string'
            ? { value: { id: value.id.toUpperCase() } }
            : { issues: [{ message: 'must be a text', path: ['id'] }] },
        jsonSchema: { input: () => schema },
      },
    };
    const handler = (_: unknown, { id }: { id: string }) => id;
    const tools = [{ tag: 'look', parameters: standard, handler }];
    const { ductape, sent } = await staffed([calls(['look', { id: 'a' }], ['look', { id: 1 }]), says('ok')], { tools });
    const done = await run(ductape);
    equal(
      done.toolCalls.map(({ output }) => output),
      ['A', 'id: must be a text'],
    );
    const first = sent[0] as unknown as { tools: { function: { parameters: object } }[] };
    equal(Object.keys(first.tools[0]?.function.parameters ?? {}).includes('properties'), true);
    const mute = { '~standard': { version: 1, vendor: 'x', validate: () => ({ value: 1 }) } };
    const define = () =>
      ductape.agents.define({ tag: 'b', model: 'chat', tools: [{ tag: 'x', parameters: mute }] } as never);
    equal(await refusal(define), 'invalid_input tools[0].parameters');
  });

  test('r55b a handler that throws, gives nothing or gives nonsense is a result', async () => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    const tools = [
      { tag: 'throws', handler: () => Promise.reject(new Error('no stock')) },
      { tag: 'nothing', handler: () => undefined },
      { tag: 'nonsense', handler: () => circular },
    ];
    const { ductape } = await staffed([calls(['throws', {}], ['nothing', {}], ['nonsense', {}]), says('ok')], {
      tools,
    });
    const done = await run(ductape);
    equal(
      done.toolCalls.map(({ status }) => status),
      ['failed', 'completed', 'failed'],
    );
    equal([done.toolCalls[0]?.output, done.toolCalls[1]?.output], ['no stock', null]);
  });

  test('r55b what requires confirmation runs only after a yes', async () => {
    let shipped = 0;
    const tools = [{ tag: 'ship', requiresConfirmation: true, handler: () => (shipped += 1) }];
    for (const [answer, status] of [
      [true, 'completed'],
      [false, 'refused'],
      [undefined, 'refused'],
    ] as const) {
      const { ductape } = await staffed([calls(['ship', { to: 'x' }]), says('ok')], { tools });
      const asked: unknown[] = [];
      const onConfirmation = (call: { tool: string; input: unknown }) => {
        asked.push([call.tool, call.input]);
        return Promise.resolve(answer === true);
      };
      const done = await run(ductape, answer === undefined ? {} : { onConfirmation });
      equal([done.toolCalls[0]?.status, asked.length], [status, answer === undefined ? 0 : 1]);
    }
    equal(shipped, 1);
  });

  test('r53 a tool without a handler here fails the run when it is called, with everything so far', async () => {
    const { ductape } = await staffed([calls(['look', {}])], { tools: [{ tag: 'look' }] });
    try {
      await run(ductape);
    } catch (error) {
      if (!DuctapeError.is(error, 'tool_handler_missing')) throw error;
      const partial = error.details.run as { status: string; iterations: number };
      equal([partial.status, partial.iterations], ['failed', 1]);
      return;
    }
    throw new Error('it did not fail');
  });

  test('a stream tells what happens and ends with the run', async () => {
    const tools = [{ tag: 'look', handler: () => 1 }];
    const { ductape, sent } = await staffed([calls(['look', {}]), says('done')], { tools });
    const stream = ductape.agents.stream({ tag: 'clerk', input: 'Hi' });
    const types: string[] = [];
    for await (const event of stream) types.push(event.type);
    equal(types, ['thinking_start', 'tool_start', 'tool_end', 'thinking_start', 'message_delta', 'agent_complete']);
    equal([(await stream.result).output, sent[0]?.stream], ['done', true]);
  });

  test('r57 a run is given up by its signal, by its stream, and by whoever leaves the loop', async () => {
    const signalled = async () => {
      let fired = false;
      const handler = ({ signal }: { signal: AbortSignal }) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            fired = true;
            resolve(fired);
          });
        });
      const { ductape } = await staffed([calls(['look', {}])], { tools: [{ tag: 'look', handler }] });
      const controller = new AbortController();
      const failed = refusal(() => run(ductape, { signal: controller.signal }));
      setTimeout(() => controller.abort(), 20);
      equal(await failed, 'aborted');
      await new Promise((resolve) => setTimeout(resolve, 5));
      equal(fired, true);
    };
    await signalled();
    const { ductape } = await staffed([]);
    const stream = ductape.agents.stream({ tag: 'clerk', input: 'Hi' });
    setTimeout(() => stream.abort(), 20);
    equal(await refusal(() => stream.result), 'aborted');
    const left = (await staffed([])).ductape.agents.stream({ tag: 'clerk', input: 'Hi' });
    for await (const event of left) if (event.type === 'thinking_start') break;
    equal(await refusal(() => left.result), 'aborted');
    equal(await refusal(() => run(ductape, { signal: AbortSignal.abort() })), 'aborted');
  });

  test('r22 agents are kept, listed, found by what they use, and deleted', async () => {
    const { ductape } = await staffed([], { tools: [{ tag: 'look', handler: () => 1 }], systemPrompt: 'Be kind.' });
    const view = await ductape.agents.fetch({ tag: 'clerk' });
    equal([view.systemPrompt, view.rev, JSON.stringify(view).includes('handler')], ['Be kind.', 1, false]);
    equal(await ductape.model.usages({ tag: 'chat' }), ['clerk']);
    equal(await refusal(() => ductape.model.delete({ tag: 'chat', restrict: true })), 'invalid_input restrict');
    equal((await ductape.agents.fetchAll()).length, 1);
    equal((await ductape.model.delete({ tag: 'chat' })).referencedBy, ['clerk']);
    equal(await refusal(() => run(ductape)), 'model_not_found');
    await ductape.agents.delete({ tag: 'clerk' });
    equal(await ductape.agents.fetch({ tag: 'clerk', optional: true }), null);
    equal(await refusal(() => run(ductape)), 'agent_not_found');
  });

  test('the options of agents are plain data and named where they are wrong', async () => {
    const { ductape } = await staffed([]);
    const define = (more: object) =>
      refusal(() => ductape.agents.define({ tag: 'x', model: 'chat', ...more } as never));
    equal(await define({ tools: 1 }), 'invalid_input tools');
    equal(await define({ tools: [{ tag: 'a', handler: 1 }] }), 'invalid_input tools[0].handler');
    equal(await define({ tools: [{ tag: 'a', parameters: { type: 5 } }] }), 'no error');
    equal(await define({ systemprompt: 'x' }), 'invalid_input systemprompt');
    equal(await refusal(() => run(ductape, { onConfirmation: true })), 'invalid_input onConfirmation');
    equal(await refusal(() => run(ductape, { input: 5 })), 'invalid_input input');
    equal(await refusal(() => run(ductape, { run: 5 })), 'invalid_input run');
    equal(await refusal(() => run(ductape, { signal: {} })), 'invalid_input signal');
    equal(await refusal(() => ductape.keys.rekey({ signal: 1 } as never)), 'invalid_input signal');
  });

  test('r62 a stream reads its options as a run does: own values, no getters', async () => {
    const { ductape } = await staffed([says('done')]);
    const streamed = (options: unknown) => refusal(() => ductape.agents.stream(options as never).result);
    equal(await streamed(undefined), 'invalid_input options');
    const tricked = Object.defineProperty({ tag: 'clerk' }, 'input', { get: () => 'Hi', enumerable: true });
    equal(await streamed(tricked), 'invalid_input options.input');
    equal(await streamed({ tag: 'clerk', input: 'Hi', signal: AbortSignal.abort() }), 'aborted');
    equal(await streamed({ tag: 'clerk', input: 'Hi' }), 'no error');
  });

  return list;
}

/** An answer that calls tools: name and arguments. */
function calls(...tools: [string, object][]): object {
  const calls = tools.map(([name, args], at) => ({
    id: `call-${at}`,
    type: 'function',
    function: { name, arguments: JSON.stringify(args) },
  }));
  const message = { role: 'assistant', content: null, tool_calls: calls };
  return { id: '1', model: 'm', choices: [{ index: 0, message, finish_reason: 'tool_calls' }] };
}

/** An answer that is done. */
function says(content: string): object {
  const message = { role: 'assistant', content };
  return { id: '2', model: 'm', choices: [{ index: 0, message, finish_reason: 'stop' }] };
}
