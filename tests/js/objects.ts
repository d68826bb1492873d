// Objects while they stream, through the package: what a caller sees of answers that come in pieces.

import { type Case, equal, type Library } from './suite.js';

const KEY = 'sk-canary-0123456789abcdef';
const SCHEMA = {
  type: 'object',
  properties: {
    title: { type: 'string' },
    steps: { type: 'array', items: { type: 'string' } },
    minutes: { type: 'number' },
  },
  required: ['title', 'steps', 'minutes'],
  additionalProperties: false,
};
const RECIPE = { title: 'Tea \u{1f375} "hot"', steps: ['boil\nwater', 'wait'], minutes: 4.5 };

/** How a provider streams a text in pieces, and whether its answer ends. */
interface Wire {
  model: object;
  bytes(pieces: readonly string[], ends: boolean): Uint8Array;
}

const WIRES: Record<string, Wire> = {
  custom: {
    model: { provider: 'custom', model: 'm', baseUrl: 'https://llm.example' },
    bytes(pieces, ends) {
      const chunk = (delta: object, finish_reason: string | null) =>
        event({ id: 'a', choices: [{ index: 0, delta, finish_reason }] });
      const rest = ends ? [chunk({}, 'stop'), 'data: [DONE]\n\n'] : [];
      return utf8([...pieces.map((content) => chunk({ content }, null)), ...rest]);
    },
  },
  anthropic: {
    model: { provider: 'anthropic', model: 'claude-sonnet-4-5', maxTokens: 100 },
    bytes(pieces, ends) {
      const start = [
        { type: 'message_start', message: { id: 'a', model: 'm', usage: { input_tokens: 1, output_tokens: 1 } } },
        { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      ];
      const delta = (text: string) => ({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } });
      const end = [
        { type: 'content_block_stop', index: 0 },
        { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 9 } },
        { type: 'message_stop' },
      ];
      return utf8([...start, ...pieces.map(delta), ...(ends ? end : [])].map(event));
    },
  },
};

/** Every case against `library`. */
export function cases(library: Library): Case[] {
  const { default: Ductape, DuctapeError } = library;
  const list: Case[] = [];
  const test = (name: string, run: () => Promise<void>) => list.push({ name: `objects: ${name}`, run });

  const client = (bytes: Uint8Array, size: number) =>
    new Ductape({
      product: 'shop',
      env: 'dev',
      dangerouslyAllowBrowser: true,
      retry: { maxRetries: 0 },
      fetch: async () => new Response(body(bytes, size), { headers: { 'content-type': 'text/event-stream' } }),
    });
  const stream = (
    bytes: Uint8Array,
    { wire = 'custom', size = bytes.length, more = { schema: SCHEMA } as object } = {},
  ) => client(bytes, size).stream({ model: { ...WIRES[wire]?.model, apiKey: KEY }, prompt: 'Tea?', ...more } as never);
  const code = async (work: () => unknown): Promise<string> => {
    try {
      await work();
      return 'no error';
    } catch (error) {
      if (!DuctapeError.is(error)) return `foreign: ${error}`;
      return [error.code, error.details.field].filter((part) => part !== undefined).join(' ');
    }
  };

  for (const [name, wire] of Object.entries(WIRES)) {
    test(`an object grows to what result holds, whatever the cut (${name})`, async () => {
      const bytes = wire.bytes([...JSON.stringify(RECIPE)], true);
      for (const size of [1, 5, 64, 333, bytes.length]) {
        const streaming = stream(bytes, { wire: name, size });
        const seen: string[] = [];
        let last: unknown;
        for await (const item of streaming.partialObjectStream) {
          last = item;
          seen.push(JSON.stringify(item));
        }
        equal([last, (await streaming.result).object], [RECIPE, RECIPE]);
        equal(new Set(seen).size, seen.length);
        if (size === 1) equal(seen.slice(0, 3), ['{}', '{"title":""}', '{"title":"T"}']);
      }
    });
  }

  test('what arrives together is one item, and all items are one value', async () => {
    const text = JSON.stringify(RECIPE);
    const items: unknown[] = [];
    for await (const item of stream(WIRES.custom?.bytes([...text], true) as Uint8Array).partialObjectStream)
      items.push(item);
    equal(items, [RECIPE]);
    const bytes = WIRES.custom?.bytes([...text], true) as Uint8Array;
    const grown: unknown[] = [];
    for await (const item of stream(bytes, { size: 256 }).partialObjectStream) grown.push(item);
    equal([grown.length > 3, new Set(grown).size, grown[0]], [true, 1, RECIPE]);
  });

  test('a text that is no JSON stops the items where it goes wrong, and is the result', async () => {
    const said = '{"title":"Tea","steps":["boil"]} and so on {"title":"Coffee"}';
    const streaming = stream(WIRES.custom?.bytes([...said], true) as Uint8Array, { size: 200 });
    let last: unknown;
    for await (const item of streaming.partialObjectStream) last = item;
    const { text, object } = await streaming.result;
    equal([last, text, object], [{ title: 'Tea', steps: ['boil'] }, said, undefined]);
  });

  test('what came before a broken connection is shown', async () => {
    const bytes = WIRES.anthropic?.bytes(['{"title":"Te', 'a","st'], false) as Uint8Array;
    const streaming = stream(bytes, { wire: 'anthropic' });
    const seen: string[] = [];
    for await (const item of streaming.partialObjectStream) seen.push(JSON.stringify(item));
    equal([seen.at(-1), (await streaming.result).finishReason.unified], ['{"title":"Tea"}', 'interrupted']);
  });

  test('what came before an error is shown, and then the error', async () => {
    const error = event({ error: { message: 'overloaded', type: 'server_error', code: 503 } });
    const bytes = [WIRES.custom?.bytes(['{"title":"Tea'], false) as Uint8Array, utf8([error])];
    const streaming = stream(utf8(bytes.map((part) => new TextDecoder().decode(part))));
    const items = streaming.partialObjectStream[Symbol.asyncIterator]();
    equal((await items.next()).value, { title: 'Tea' });
    equal(await code(() => items.next()), await code(() => streaming.result));
    equal((await code(() => streaming.result)) !== 'no error', true);
  });

  test('leaving the loop ends the stream', async () => {
    const streaming = stream(WIRES.custom?.bytes([...JSON.stringify(RECIPE)], true) as Uint8Array, { size: 100 });
    for await (const _ of streaming.partialObjectStream) break;
    equal(await code(() => streaming.result), 'aborted');
  });

  test('a stream without a schema has no object, and is read once', async () => {
    const bytes = WIRES.custom?.bytes(['{}'], true) as Uint8Array;
    const read = async (streaming: ReturnType<typeof stream>) => {
      for await (const _ of streaming.partialObjectStream);
    };
    equal(await code(() => read(stream(bytes, { more: {} }))), 'invalid_input schema');
    const streaming = stream(bytes);
    await read(streaming);
    equal(await code(() => read(streaming)), 'invalid_input');
  });

  return list;
}

function event(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

function utf8(texts: readonly string[]): Uint8Array {
  return new TextEncoder().encode(texts.join(''));
}

function body(bytes: Uint8Array, size: number): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
      controller.close();
    },
  });
}
