// Agents on this side of the border: handlers stay here, and the core asks for them by name.

import type {
  AgentEvent,
  AgentInput,
  AgentRun,
  AgentStream,
  AgentView,
  Confirmation,
  RunInput,
} from './agent-types.js';
import { aborted, invalid } from './errors.js';
import { mediaPart } from './media.js';
import { ownFields, plainText } from './plain.js';
import { cancellation, takeSignal } from './signal.js';
import { type Handling, readTools } from './tools.js';
import type { Signal } from './types.js';

/** What the core calls for tools: a JSON text in, a JSON text out. */
export interface ToolBox {
  call(invocation: string): Promise<string>;
  confirm(invocation: string): Promise<boolean>;
}

/** What a run needs of the client that it belongs to. */
export interface RunHost {
  define(definition: object): Promise<AgentView>;
  /** Runs an agent in the core; with a listener, in parts. */
  run(options: string, cancelled: Promise<void>, listener?: (event: string) => void): Promise<string>;
}

interface Invocation extends Omit<Confirmation, 'input'> {
  run: number;
  input: Record<string, unknown>;
}

interface Running {
  readonly over: AbortController;
  readonly data: unknown;
  readonly onConfirmation: RunInput['onConfirmation'];
}

/** The handlers of one client's agents, and its runs. */
export class AgentDesk {
  readonly #handlers = new Map<string, Map<string, Handling>>();
  readonly #shared: Map<string, Handling>;
  readonly #runs = new Map<number, Running>();
  #count = 0;

  /** With the handlers of tools whose agents were defined elsewhere. */
  constructor(shared: Map<string, Handling>) {
    this.#shared = shared;
  }

  /** What the core asks. */
  readonly toolBox: ToolBox = {
    call: (text) => this.#call(JSON.parse(text) as Invocation),
    confirm: async (text) => this.#confirm(JSON.parse(text) as Invocation),
  };

  /** Stores the definition and keeps its handlers. */
  async define(input: AgentInput, host: RunHost): Promise<AgentView> {
    const fields = ownFields(input, 'options');
    const { tools, handlers } = readTools(fields.get('tools'));
    if (tools !== undefined) fields.set('tools', tools);
    const view = await host.define(Object.fromEntries(fields));
    this.#handlers.set(place(view.product, view.tag), handlers);
    return view;
  }

  /** Runs an agent to its end. */
  run(input: RunInput, host: RunHost): Promise<AgentRun> {
    return this.#start(input, host);
  }

  /** Runs an agent and tells what happens. */
  stream(input: RunInput, host: RunHost): AgentStream {
    return new Events((listener) => this.#start(input, host, listener));
  }

  async #start(input: RunInput, host: RunHost, listener?: Listener): Promise<AgentRun> {
    const { fields, signal, running } = read(input);
    this.#count += 1;
    const number = this.#count;
    const options = plainText(fields.set('run', number), mediaPart);
    if (signal?.aborted) throw aborted();
    this.#runs.set(number, running);
    const { promise, end } = cancellation(signal);
    listener?.started(end);
    const tell = listener && ((event: string) => listener.event(JSON.parse(event) as AgentEvent));
    try {
      return JSON.parse(await host.run(options, promise, tell)) as AgentRun;
    } finally {
      end();
      this.#runs.delete(number);
      running.over.abort();
    }
  }

  async #call({ run, product, agent, tool, input, env, executionId, toolCallId }: Invocation): Promise<string> {
    const own = this.#handlers.get(place(product, agent));
    const handling = (own ?? this.#shared).get(tool);
    const running = this.#runs.get(run);
    if (handling === undefined || running === undefined) return '{}';
    const checked = await handling.check(input);
    if ('invalid' in checked) return JSON.stringify(checked);
    const signal = running.over.signal as Signal;
    const context = { product, env, agent, executionId, toolCallId, signal, data: running.data };
    try {
      const output = await handling.handler(context, checked.value as Record<string, unknown>);
      // In here: what JSON cannot say is told to the model like anything else that a handler throws.
      return `{"output":${(JSON.stringify(output) as string | undefined) ?? 'null'}}`;
    } catch (error) {
      return JSON.stringify({ thrown: error instanceof Error ? error.message : String(error) });
    }
  }

  async #confirm({ run, ...call }: Invocation): Promise<boolean> {
    const ask = this.#runs.get(run)?.onConfirmation;
    return ask !== undefined && (await ask(call as Confirmation)) === true;
  }
}

function place(product: string, tag: string): string {
  return `${product}/${tag}`;
}

/** The fields for the core, and what stays here. */
function read(input: RunInput): { fields: Map<string, unknown>; signal: Signal | undefined; running: Running } {
  const fields = ownFields(input, 'options');
  const signal = takeSignal(fields);
  const [data, onConfirmation] = ['context', 'onConfirmation'].map((name) => {
    const value = fields.get(name);
    fields.delete(name);
    return value;
  });
  if (fields.has('run')) throw invalid('run', 'no such field');
  if (onConfirmation !== undefined && typeof onConfirmation !== 'function')
    throw invalid('onConfirmation', 'a function');
  const running = { over: new AbortController(), data, onConfirmation: onConfirmation as RunInput['onConfirmation'] };
  return { fields, signal, running };
}

/** Whoever hears of a run. */
interface Listener {
  /** The run has begun; `stop` ends it. */
  started(stop: () => void): void;
  event(event: AgentEvent): void;
}

/** A run's events in the order of their happening. */
class Events implements AgentStream {
  readonly result: Promise<AgentRun>;
  readonly #waiting: AgentEvent[] = [];
  #wake: () => void = () => undefined;
  #isOver = false;
  #stop: () => void = () => undefined;

  constructor(start: (listener: Listener) => Promise<AgentRun>) {
    const listener: Listener = {
      started: (stop) => {
        this.#stop = stop;
      },
      event: (event) => {
        this.#waiting.push(event);
        this.#wake();
      },
    };
    this.result = start(listener).finally(() => {
      this.#isOver = true;
      this.#wake();
    });
    // Whoever wants the error asks for it, here or by iterating.
    this.result.catch(() => undefined);
  }

  abort(): void {
    this.#stop();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<AgentEvent, void, undefined> {
    try {
      for (;;) {
        const event = this.#waiting.shift();
        if (event !== undefined) yield event;
        else if (this.#isOver) break;
        else await new Promise<void>((resolve) => (this.#wake = resolve));
      }
      await this.result;
    } finally {
      if (!this.#isOver) this.abort();
    }
  }
}
