// The class that callers hold. It copies options, keeps the core's handle alive over traps, and makes promises and
// streams of the core's answers; the rules are all in the core.

import type { Core } from '../wasm/core.js';
import type { BuiltRequest, CallOptions, Completion, CompletionStream, Verification } from './call-types.js';
import { aborted, invalid } from './errors.js';
import { mediaPart } from './media.js';
import { readOptions, type Settings } from './options.js';
import { ownFields, plainObject } from './plain.js';
import { builtRequest } from './request.js';
import { Streaming } from './stream.js';
import type {
  DuctapeOptions,
  Explanation,
  ModelInput,
  ModelPatch,
  ModelRef,
  ModelView,
  ResolveOptions,
  ResolveView,
  Signal,
  UnreadableModel,
} from './types.js';
import { prepare, type Running, running } from './wasm.js';

/** Operations of the core that answer with one JSON text. */
type Operation =
  | 'buildRequest'
  | 'create'
  | 'delete'
  | 'explain'
  | 'fetch'
  | 'fetchAll'
  | 'generate'
  | 'removeEnv'
  | 'resolve'
  | 'update'
  | 'upsert'
  | 'verify';

const encoder: { encode(text: string): Uint8Array } = { encode: (text) => new TextEncoder().encode(text) };

/** The registry of models. */
export interface Models {
  /** Stores a new model, its API keys sealed. An existing tag is `already_exists`. */
  create(input: ModelInput): Promise<ModelView>;
  /** Changes only what is given; environments merge by slug. */
  update(patch: ModelPatch): Promise<ModelView>;
  /** Creates the model, or updates it where its tag exists. For scripts that run at every deploy. */
  upsert(input: ModelInput): Promise<ModelView>;
  /** Removes one environment. The last one cannot be removed. */
  removeEnv(env: ModelRef & { slug: string }): Promise<ModelView>;
  /** One model, without its keys; with `optional`, `null` where there is none. */
  fetch(ref: ModelRef & { optional?: false }): Promise<ModelView>;
  fetch(ref: ModelRef & { optional?: boolean }): Promise<ModelView | null>;
  /** All models of a product by tag, those included that cannot be read. */
  fetchAll(options?: { product?: string }): Promise<(ModelView | UnreadableModel)[]>;
  /**
   * Asks the provider for the smallest answer, to tell a bad key, an unknown model, an unreachable host and an exhausted
   * quota apart. What the provider says is in the result; only a wrong call and a missing model fail.
   */
  verify(ref: ModelRef & { env?: string; timeout?: number }): Promise<Verification>;
  /** Deletes a model and its sealed keys. */
  delete(ref: ModelRef): Promise<{ product: string; tag: string }>;
}

/**
 * One product's door to its models. Construction never waits and compiles nothing; every method is asynchronous and
 * fails with a {@link DuctapeError}.
 */
export class Ductape {
  /** The registry of models. */
  readonly model: Models = {
    create: (input) => this.#call('create', input),
    update: (patch) => this.#call('update', patch),
    upsert: (input) => this.#call('upsert', input),
    removeEnv: (env) => this.#call('removeEnv', env),
    fetch: <T>(ref: unknown) => this.#call<T>('fetch', ref),
    fetchAll: (options = {}) => this.#call('fetchAll', options),
    verify: (ref) => this.#call('verify', ref),
    delete: (ref) => this.#call('delete', ref),
  };

  #settings: Settings;
  #handle: { core: Core; running: Running } | undefined;

  /**
   * @throws DuctapeError `invalid_input` for an option that is unknown or of the wrong type, and where `storage` is given
   *   without `privateKey`. Values that the core judges fail at the first call.
   */
  constructor(options: DuctapeOptions = {}) {
    this.#settings = readOptions(options);
  }

  /** A fresh product key in its printed form, `lmk1.` and so on. Store it like any other secret. */
  static generateKey(): string {
    const instance = running();
    return instance.enter(() => instance.Core.generateKey());
  }

  /** Compiles the core now instead of at the first call. Never needed. */
  async ready(): Promise<void> {
    prepare();
  }

  /** What a call with these options would use: model, address, settings. No key is opened, nothing is sent. */
  resolve(options: ResolveOptions): Promise<ResolveView> {
    return this.#call('resolve', options);
  }

  /** For each setting its value, the level it came from, what it hides, and what the provider's rules did to it. */
  explain(options: ResolveOptions): Promise<Explanation> {
    return this.#call('explain', options);
  }

  /**
   * The request that a call with these options would send first, its key left out; with `stream`, the one that a stream
   * would send. No key is opened, nothing is sent.
   */
  async buildRequest(options: CallOptions & { stream?: boolean }): Promise<BuiltRequest> {
    return builtRequest(await this.#call('buildRequest', options));
  }

  /** One whole answer. */
  generate(options: CallOptions): Promise<Completion> {
    return this.#call('generate', options);
  }

  /** One answer in parts. The request starts at once; errors reach whoever iterates, and `result`. */
  stream(options: CallOptions): CompletionStream {
    return new Streaming((cancelled) => {
      const { bytes, signal } = read(options);
      const { core, running: instance } = this.#core();
      return { signal, instance, start: () => instance.wait(() => core.stream(bytes, cancelled)) };
    });
  }

  async #call<T>(operation: Operation, options: unknown): Promise<T> {
    const { bytes, signal } = read(options);
    if (signal?.aborted) throw aborted();
    const { core, running: instance } = this.#core();
    const cancel = cancellation(signal);
    try {
      const text = await instance.wait<string>(() => core.call(operation, bytes, cancel?.promise));
      return JSON.parse(text) as T;
    } finally {
      cancel?.end();
    }
  }

  /** The core's client, made anew where its instance is gone. */
  #core(): { core: Core; running: Running } {
    const instance = running();
    if (this.#handle?.running !== instance) {
      const { core: options, host } = this.#settings;
      this.#settings.keys ??= [Ductape.generateKey()];
      const keys = [...this.#settings.keys];
      const core = instance.enter(() => new instance.Core(options, keys, host as never));
      this.#handle = { core, running: instance };
    }
    return this.#handle;
  }
}

/** Options as the bytes of a JSON text; the signal apart. */
function read(options: unknown): { bytes: Uint8Array; signal: Signal | undefined } {
  const fields = ownFields(options, 'options');
  const signal = fields.get('signal');
  fields.delete('signal');
  if (signal !== undefined && !isSignal(signal)) throw invalid('signal', 'an AbortSignal');
  const text = JSON.stringify(plainObject(fields, mediaPart));
  return { bytes: encoder.encode(text), signal };
}

function isSignal(value: unknown): value is Signal {
  return (
    typeof (value as Signal | null)?.addEventListener === 'function' && typeof (value as Signal).aborted === 'boolean'
  );
}

/** A promise that the core listens to. It always settles, so that nothing keeps listening after the call. */
function cancellation(signal: Signal | undefined): { promise: Promise<void>; end(): void } | undefined {
  if (signal === undefined) return undefined;
  let settle: () => void = () => undefined;
  const promise = new Promise<void>((resolve) => {
    settle = resolve;
  });
  signal.addEventListener('abort', settle);
  return {
    promise,
    end() {
      signal.removeEventListener('abort', settle);
      settle();
    },
  };
}
