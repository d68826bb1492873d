// The class that callers hold. It copies options, keeps the core's handle alive over traps, and makes promises and
// streams of the core's answers; the rules are all in the core.

import type { Core } from '../wasm/core.js';
import type { Agents } from './agent-types.js';
import { AgentDesk, type RunHost } from './agents.js';
import type { BuiltRequest, CallOptions, Completion, CompletionStream, Verification } from './call-types.js';
import { aborted } from './errors.js';
import { type CoreKeys, coreKeys, hasSigningKey, keyAgent, plainKeys, ringOf } from './keys.js';
import { mediaPart } from './media.js';
import type { ModelOperations } from './operation-types.js';
import { modelOperations, type RegistryOperation } from './operations.js';
import { readOptions, type Settings } from './options.js';
import { ownFields, plainText } from './plain.js';
import { rekey } from './rekey.js';
import { builtRequest } from './request.js';
import { withUtf8 } from './scratch.js';
import { cancellation, takeSignal } from './signal.js';
import { Streaming } from './stream.js';
import { Exchange } from './transport.js';
import type {
  Diagnosis,
  DuctapeOptions,
  Explanation,
  KeyInput,
  ModelInput,
  ModelPatch,
  ModelRef,
  ModelView,
  Rekeyed,
  RekeyOptions,
  ResolveOptions,
  ResolveView,
  Revision,
  Signal,
  UnreadableModel,
} from './types.js';
import { prepare, type Running, running } from './wasm.js';

/** A client of the core, and the instance that it lives in. */
interface Handle {
  core: Core;
  running: Running;
}

/** Operations of the core that answer with one JSON text. */
type Operation =
  | RegistryOperation
  | 'agentDefine'
  | 'agentDelete'
  | 'agentFetch'
  | 'agentFetchAll'
  | 'buildRequest'
  | 'create'
  | 'delete'
  | 'doctor'
  | 'explain'
  | 'fetch'
  | 'fetchAll'
  | 'generate'
  | 'history'
  | 'rekey'
  | 'removeEnv'
  | 'resolve'
  | 'retire'
  | 'rollback'
  | 'update'
  | 'upsert'
  | 'usages'
  | 'verify';

/** The registry of models. */
export interface Models extends ModelOperations {
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
  /** The current settings and up to ten earlier ones, newest first. Keys have no history. */
  history(ref: ModelRef): Promise<Revision[]>;
  /**
   * Puts the settings of an earlier revision back, as a new revision; keys stay as they are. Where an environment would
   * get another provider or origin, `envs` has to give its key again.
   */
  rollback(to: ModelRef & { rev: number; envs?: readonly KeyInput[] }): Promise<ModelView>;
  /** The tags of the agents that name a model. */
  usages(ref: ModelRef): Promise<string[]>;
  /**
   * Deletes a model with its sealed keys and its history, and tells which agents named it; with `restrict`, a model that
   * agents name stays.
   */
  delete(ref: ModelRef & { restrict?: boolean }): Promise<{ product: string; tag: string; referencedBy: string[] }>;
}

/** The care of product keys. */
export interface Keys {
  /**
   * Seals everything that is stored anew with the primary key: after a new one was added to every client's ring, and made
   * the primary one in all of them. It may be stopped at any moment, and goes on from `cursor` or from the start.
   */
  rekey(options?: RekeyOptions): Promise<Rekeyed>;
  /** What the stored records need, and what is wrong with them. With `deep`, every key is opened and thrown away. */
  doctor(options?: { product?: string; deep?: boolean }): Promise<Diagnosis>;
  /**
   * Makes sure, over two listings of the whole store, that no record needs a product key, and uses it no more. Then take
   * it out of the ring, and put its id under `retired` there.
   */
  retire(options: { keyId: string }): Promise<{ keyId: string; scanned: number }>;
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
    history: (ref) => this.#call('history', ref),
    rollback: (to) => this.#call('rollback', to),
    usages: (ref) => this.#call('usages', ref),
    delete: (ref) => this.#call('delete', ref),
    ...modelOperations((operation, options) => this.#call(operation, options)),
  };

  /** Agents. */
  readonly agents: Agents = {
    define: (agent) => this.#desk.define(agent, this.#runHost),
    run: (options) => this.#desk.run(options, this.#runHost),
    stream: (options) => this.#desk.stream(options, this.#runHost),
    fetch: <T>(ref: unknown) => this.#call<T>('agentFetch', ref),
    fetchAll: (options = {}) => this.#call('agentFetchAll', options),
    delete: (ref) => this.#call('agentDelete', ref),
  };

  /** The care of product keys. */
  readonly keys: Keys = {
    rekey: (options = {}) => rekey(options, (page) => this.#call('rekey', page)),
    doctor: (options = {}) => this.#call('doctor', options),
    retire: (options) => this.#call('retire', options),
  };

  readonly #desk: AgentDesk;
  readonly #runHost: RunHost = {
    define: (definition) => this.#call('agentDefine', definition),
    run: async (options, cancelled, listener) => {
      const { core, running: instance } = await this.#core();
      return instance.wait<string>(() => withUtf8(options, (bytes) => core.runAgent(bytes, cancelled, listener)));
    },
  };
  #settings: Settings;
  #handle: Handle | undefined;
  #making: { made: Promise<Handle>; running: Running } | undefined;

  /**
   * @throws DuctapeError `invalid_input` for an option that is unknown or of the wrong type, and where `storage` is given
   *   without `privateKey`. Values that the core judges fail at the first call.
   */
  constructor(options: DuctapeOptions = {}) {
    this.#settings = readOptions(options);
    this.#desk = new AgentDesk(this.#settings.handlers);
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
    return new Streaming(
      async (cancelled) => {
        const { text, signal } = read(options);
        const { core, running: instance } = await this.#core();
        const start = () => instance.wait(() => withUtf8(text, (bytes) => core.stream(bytes, cancelled)));
        return { signal, instance, start };
      },
      hasOwn(options, 'schema'),
    );
  }

  async #call<T>(operation: Operation, options: unknown): Promise<T> {
    const { text, signal } = read(options);
    if (signal?.aborted) throw aborted();
    const handle = this.#core();
    const { core, running: instance } = handle instanceof Promise ? await handle : handle;
    const cancel = signal && cancellation(signal);
    try {
      const enter = (bytes: Uint8Array) => core.call(operation, bytes, cancel?.promise);
      return JSON.parse(await instance.wait<string>(() => withUtf8(text, enter))) as T;
    } finally {
      cancel?.end();
    }
  }

  /** The core's client, made anew where its instance is gone; promised where a key has to be asked first. */
  #core(): Handle | Promise<Handle> {
    const instance = running();
    if (this.#handle?.running === instance) return this.#handle;
    this.#settings.keys ??= ringOf(Ductape.generateKey());
    const keys = this.#settings.keys;
    if (!hasSigningKey(keys)) return this.#make(instance, plainKeys(keys));
    // One client for all that wait: two would not share the locks that keep writes of one model apart.
    if (this.#making?.running !== instance) {
      const questions = () => instance.enter(() => instance.Core.keyQuestions()) as Uint8Array<ArrayBuffer>[];
      const made = coreKeys(keys, questions).then((keys) => this.#make(instance, keys));
      this.#making = { made, running: instance };
    }
    return this.#making.made;
  }

  #make(instance: Running, keys: CoreKeys): Handle {
    const { core: options, host } = this.#settings;
    const ports = {
      ...host,
      exchange: (headers: string, body: Uint8Array) => new Exchange(headers, body),
      keyAgent: keyAgent(this.#settings.keys ?? ringOf('')),
      tools: this.#desk.toolBox,
    };
    const core = instance.enter(() => new instance.Core(options, keys as never, ports as never));
    this.#handle = { core, running: instance };
    return this.#handle;
  }
}

/** Whether there is a field of this name; whether it is right is seen elsewhere. */
function hasOwn(options: unknown, name: string): boolean {
  return typeof options === 'object' && options !== null && Object.hasOwn(options, name);
}

/** Options as JSON; the signal apart. */
function read(options: unknown): { text: string; signal: Signal | undefined } {
  const fields = ownFields(options, 'options');
  const signal = takeSignal(fields);
  return { text: plainText(fields, mediaPart), signal };
}
