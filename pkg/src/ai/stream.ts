// The parts of a streamed answer in the SDK's form. Its blocks have a beginning, an end and an id; ours grow until
// something else follows.

import type { Completion, CompletionStream, ResponseInfo, StreamPart, Usage } from '../call-types.js';
import { DuctapeError } from '../errors.js';
import type { Warning, WebStream } from '../types.js';
import { source, toolCall } from './content.js';
import { callMetadata, finishReason, pieceMetadata, responseMetadata, usage, warning } from './facts.js';
import type { AiSpecification, AiStreamedContent, AiStreamPart, AiWarning } from './types.js';

/** A stream up to its first content: everything that the SDK wants to know before it. */
export interface Opened {
  response: ResponseInfo;
  warnings: Warning[];
  /** The first content, and the rest behind it. */
  first: IteratorResult<StreamPart>;
  rest: AsyncIterator<StreamPart>;
}

/** How the parts are to be told. */
export interface Telling<V extends AiSpecification> {
  version: V;
  /** What did not get into the call. */
  warnings: readonly AiWarning[];
  /** Show this library's own parts, too. */
  raw: boolean;
  /** An error as the SDK wants it. */
  error(error: unknown): unknown;
}

/** Waits for the first content, so that everything that fails before it fails the call, where the SDK can repeat it. */
export async function opened(stream: CompletionStream): Promise<Opened> {
  const rest = stream[Symbol.asyncIterator]();
  const warnings: Warning[] = [];
  let response: ResponseInfo = { headers: {} };
  for (;;) {
    const first = await rest.next();
    if (first.done) return { response, warnings, first, rest };
    if (first.value.type === 'response-start') response = first.value.response;
    else if (first.value.type === 'warning') warnings.push(first.value.warning);
    else return { response, warnings, first, rest };
  }
}

/** The whole stream as the SDK reads it. Cancelling it closes the connection. */
export function readable<V extends AiSpecification>(
  stream: CompletionStream,
  start: Opened,
  telling: Telling<V>,
): WebStream {
  const parts = told(stream, start, telling);
  return new ReadableStream<AiStreamPart<V>>(
    {
      async pull(controller) {
        try {
          const next = await parts.next();
          if (next.done) controller.close();
          else controller.enqueue(next.value);
        } catch (error) {
          controller.error(error);
        }
      },
      async cancel() {
        stream.abort();
        await start.rest.return?.();
      },
    },
    { highWaterMark: 0 },
  ) as WebStream;
}

async function* told<V extends AiSpecification>(
  stream: CompletionStream,
  start: Opened,
  telling: Telling<V>,
): AsyncGenerator<AiStreamPart<V>, void> {
  const blocks = new Blocks(start.response.id);
  const late: Warning[] = [];
  yield { type: 'stream-start', warnings: [...telling.warnings, ...start.warnings.map(warning)] };
  yield { type: 'response-metadata', ...responseMetadata(start.response) };
  try {
    for (let next = start.first; !next.done; next = await start.rest.next()) {
      if (telling.raw) yield { type: 'raw', rawValue: next.value };
      if (next.value.type === 'warning') late.push(next.value.warning);
      yield* blocks.take(next.value);
    }
    yield* blocks.close();
    yield finished(await stream.result, late, telling.version);
  } catch (error) {
    if (DuctapeError.is(error, 'aborted')) throw telling.error(error);
    yield* blocks.close();
    yield { type: 'error', error: telling.error(error) };
    yield broken(error);
  }
}

function finished<V extends AiSpecification>(answer: Completion, late: Warning[], version: V): AiStreamPart<V> {
  return {
    type: 'finish',
    finishReason: finishReason(answer, version),
    usage: usage(answer.usage),
    providerMetadata: callMetadata(answer, late),
  };
}

/** The end of a stream that broke, with what is known of its cost. */
function broken<V extends AiSpecification>(error: unknown): AiStreamPart<V> {
  const partial = DuctapeError.is(error) ? (error.details.partial as { usage?: Usage } | undefined) : undefined;
  const reason = { unified: 'error', raw: undefined } as const;
  return { type: 'finish', finishReason: reason, usage: usage(partial?.usage), providerMetadata: {} };
}

type BlockKind = 'text' | 'reasoning';

/** Gives texts and thoughts their beginnings, ends and ids. At most one of them grows at a time. */
class Blocks {
  readonly #prefix: string;
  #open: { kind: BlockKind; id: string } | undefined;
  #count = 0;

  constructor(responseId: string | undefined) {
    this.#prefix = responseId ?? 'part';
  }

  /** The SDK's parts for one of ours. */
  *take(part: StreamPart): Generator<AiStreamedContent> {
    switch (part.type) {
      case 'text-delta':
        return yield* this.#grow('text', part.text);
      case 'reasoning-delta':
        return yield* this.#grow('reasoning', part.text);
      case 'text-end':
        return yield* this.#end('text', part.providerData);
      case 'reasoning-end':
        return yield* this.#end('reasoning', part.providerData);
      case 'source':
        return yield source(part, this.#nextId());
      case 'tool-input-start':
        return yield { type: part.type, id: part.toolCallId, toolName: part.toolName };
      case 'tool-input-delta':
        return yield { type: part.type, id: part.toolCallId, delta: part.delta };
      case 'tool-input-end':
        return yield { type: part.type, id: part.toolCallId };
      case 'tool-call':
        yield* this.close();
        return yield toolCall(part);
    }
  }

  /** Ends what is growing. */
  *close(): Generator<AiStreamedContent> {
    if (this.#open !== undefined) yield* this.#end(this.#open.kind, undefined);
  }

  *#grow(kind: BlockKind, delta: string): Generator<AiStreamedContent> {
    const { id, began } = yield* this.#current(kind);
    if (began) yield { type: `${kind}-start`, id };
    yield { type: `${kind}-delta`, id, delta };
  }

  /** What a vendor hands out without a text is a block of its own: it has to go back in its place. */
  *#end(kind: BlockKind, data: object | undefined): Generator<AiStreamedContent> {
    if (this.#open?.kind !== kind && data === undefined) return;
    const { id, began } = yield* this.#current(kind);
    if (began) yield { type: `${kind}-start`, id };
    this.#open = undefined;
    yield { type: `${kind}-end`, id, ...pieceMetadata(data) };
  }

  *#current(kind: BlockKind): Generator<AiStreamedContent, { id: string; began: boolean }> {
    if (this.#open?.kind === kind) return { id: this.#open.id, began: false };
    yield* this.close();
    this.#open = { kind, id: this.#nextId() };
    return { id: this.#open.id, began: true };
  }

  #nextId(): string {
    this.#count += 1;
    return `${this.#prefix}-${this.#count - 1}`;
  }
}
