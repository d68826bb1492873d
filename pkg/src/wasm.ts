// The core: compiled once, instantiated at the first call, and replaced by a fresh instance after a trap. Every entry into
// it goes through here, so that no trap is mistaken for an answer.

import type { Core, Instance } from '../wasm/core.js';
import { instantiate } from '../wasm/core.js';
import { DuctapeError, type ErrorView } from './errors.js';
import { shortText } from './short-text.js';

type Provider = () => WebAssembly.Module;

let provider: Provider | undefined;
let compiled: WebAssembly.Module | undefined;
let current: Running | undefined;

/** Says where the module comes from. Nothing is compiled before the first call. */
export function setProvider(next: Provider): void {
  provider = next;
}

/** The running instance; a fresh one where there is none or the last one trapped. */
export function running(): Running {
  if (current === undefined || current.failure !== undefined) current = new Running(compile());
  return current;
}

/** Compiles and instantiates now instead of at the first call. */
export function prepare(module?: WebAssembly.Module): void {
  compiled ??= module;
  running();
}

/** Makes the module, in words where that fails. */
export function compile(): WebAssembly.Module {
  if (typeof WebAssembly !== 'object') throw unavailable();
  if (compiled === undefined) {
    if (provider === undefined) throw notInitialized();
    compiled = guardCompile(provider);
  }
  return compiled;
}

/** Runs a compilation; an error that names the page's policy says what to do about it. */
export function guardCompile<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw compileError(error);
  }
}

/** What a failed compilation means. */
export function compileError(error: unknown): unknown {
  if (DuctapeError.is(error)) return error;
  const text = error instanceof Error ? error.message : '';
  const blocked = /Content.?Security|unsafe-eval|disallowed by embedder/i.test(text);
  const message = blocked
    ? "this page or runtime forbids WebAssembly: a page's content security policy needs script-src 'wasm-unsafe-eval'; " +
      'a Worker must resolve the package through its workerd condition'
    : 'the WebAssembly module does not compile here';
  return new DuctapeError({ code: blocked ? 'wasm_blocked' : 'wasm_unavailable', message, cause: error });
}

/** One instance, and everyone who waits for it. */
export class Running {
  /** Why the instance can no longer be used. */
  failure: DuctapeError | undefined;
  readonly #instance: Instance;
  readonly #waiting = new Set<(reason: unknown) => void>();

  constructor(module: WebAssembly.Module) {
    this.#instance = instantiate(module, (run) => queueMicrotask(() => this.#poll(run)), shortText);
  }

  /** The class of clients. */
  get Core(): typeof Core {
    return this.#instance.Core;
  }

  /** Enters the core and returns what it answers at once. */
  enter<T>(work: () => T): T {
    if (this.failure !== undefined) throw this.failure;
    try {
      return work();
    } catch (error) {
      throw this.#read(error);
    }
  }

  /** Enters the core and waits for its answer; a trap anywhere in the instance ends the wait. */
  wait<T>(work: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const promise = this.enter(work);
      this.#waiting.add(reject);
      const done = () => this.#waiting.delete(reject);
      promise.then(
        (value) => {
          done();
          resolve(value);
        },
        (error: unknown) => {
          done();
          reject(this.#read(error));
        },
      );
    });
  }

  /** A poll of the core's tasks. Nobody awaits it, so a trap must not leave it. */
  #poll(run: () => void): void {
    if (this.failure !== undefined) return;
    try {
      run();
    } catch (error) {
      this.#read(error);
    }
  }

  /** The core reports with error views; whatever else comes out of it is a trap. */
  #read(error: unknown): unknown {
    if (DuctapeError.is(error)) return error;
    if (isView(error)) return new DuctapeError(error);
    this.failure = new DuctapeError({
      code: 'internal',
      message: 'a defect of this library stopped the call; the next call starts afresh',
      cause: error,
    });
    for (const reject of this.#waiting) reject(this.failure);
    this.#waiting.clear();
    return this.failure;
  }
}

function isView(error: unknown): error is ErrorView {
  return typeof error === 'object' && error !== null && !(error instanceof Error) && Object.hasOwn(error, 'code');
}

function unavailable(): DuctapeError {
  return new DuctapeError({ code: 'wasm_unavailable', message: 'this runtime has no WebAssembly' });
}

function notInitialized(): DuctapeError {
  const message = 'ductape-models/slim has no module inside: call init(source) or initSync(source) first';
  return new DuctapeError({ code: 'wasm_unavailable', message });
}
