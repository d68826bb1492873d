// Options as plain data. What is read is what the caller wrote: own, enumerable data properties. A property that some
// other script put on Object.prototype is never read, a getter never runs, and copies have no prototype.

import { invalid } from './errors.js';

/** Deeper than any message or schema; the core stops near here too. */
const MAX_DEPTH = 100;

const HALF_SURROGATE = /\p{Surrogate}/u;

/** Says where something is: what is being looked at, or a step below it. */
export type Place = (step?: string | number) => string;

/** Takes a value instead of the general rules, or leaves it: `undefined`. */
export type Special = (value: object, at: Place) => unknown;

/** A deep copy of plain data without prototypes. `undefined` properties are left out. */
export function plainCopy(value: unknown, path: string): unknown {
  return new Walk(true, undefined).enter(path, value);
}

/** The own fields of an options object, not copied further. */
export function ownFields(value: unknown, path: string): Map<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(path, 'an object');
  const at: Place = (key) => (key === undefined ? path : pathOf([path, key]));
  const fields = new Map<string, unknown>();
  for (const key of keysOf(value, at)) fields.set(key, dataOf(value, key, at));
  return fields;
}

/** The copy of some fields of an options object. */
export function plainObject(fields: Iterable<[string, unknown]>): object {
  return collected(fields, new Walk(true, undefined));
}

/** Some fields of an options object as JSON. */
export function plainText(fields: Iterable<[string, unknown]>, special?: Special): string {
  return JSON.stringify(collected(fields, new Walk(false, special)));
}

function collected(fields: Iterable<[string, unknown]>, walk: Walk): object {
  const out = bare();
  for (const [key, value] of fields) {
    const item = walk.enter(key, value);
    if (item !== undefined) out[key] = item;
  }
  return out;
}

/**
 * One way through plain data. Unless it `copies`, it answers with what it was given wherever `JSON.stringify` writes that
 * as it is, because copies without prototypes are slow to make and to write.
 */
class Walk {
  readonly #copies: boolean;
  readonly #special: Special | undefined;
  readonly #ancestors: object[] = [];
  readonly #steps: (string | number)[] = [];
  readonly #at: Place = (step) => pathOf(step === undefined ? this.#steps : [...this.#steps, step]);

  constructor(copies: boolean, special: Special | undefined) {
    this.#copies = copies;
    this.#special = special;
  }

  /** What stands for `value`, the next step on the way; `undefined` where nothing does. */
  enter(step: string | number, value: unknown): unknown {
    this.#steps.push(step);
    const item = this.#value(value);
    this.#steps.pop();
    return item;
  }

  #value(value: unknown): unknown {
    switch (typeof value) {
      case 'boolean':
      case 'undefined':
        return value;
      case 'number':
        if (!Number.isFinite(value)) throw invalid(this.#at(), 'a finite number');
        return value;
      case 'string':
        if (!isWellFormed(value)) throw invalid(this.#at(), 'text without half surrogate pairs');
        return value;
      case 'object':
        return value === null ? null : this.#object(value);
      default:
        throw invalid(this.#at(), `plain data, not a ${typeof value}`);
    }
  }

  #object(value: object): unknown {
    const taken = this.#special?.(value, this.#at);
    if (taken !== undefined) return taken;
    if (this.#ancestors.includes(value)) throw invalid(this.#at(), 'data that does not contain itself');
    if (this.#ancestors.length >= MAX_DEPTH) {
      throw invalid(this.#at(), `plain data nested at most ${MAX_DEPTH} levels deep`);
    }
    this.#ancestors.push(value);
    // JSON.stringify looks for toJSON on prototypes.
    const copies = this.#copies || 'toJSON' in value;
    const out = Array.isArray(value) ? this.#list(value, copies) : this.#fields(value, copies);
    this.#ancestors.pop();
    return out;
  }

  #fields(value: object, copies: boolean): unknown {
    const keys = keysOf(value, this.#at);
    let out = copies ? bare() : undefined;
    for (let index = 0; index < keys.length; index += 1) {
      const key = keys[index] as string;
      const given = dataOf(value, key, this.#at);
      const item = this.enter(key, given);
      if (item !== given) out ??= fieldsBefore(value, keys, index);
      if (out !== undefined && item !== undefined) out[key] = item;
    }
    return out ?? value;
  }

  #list(value: unknown[], copies: boolean): unknown {
    let out: unknown[] | undefined = copies ? [] : undefined;
    for (let index = 0; index < value.length; index += 1) {
      const given = Object.hasOwn(value, index) ? dataOf(value, index, this.#at) : undefined;
      const item = this.enter(index, given);
      if (item === undefined) throw invalid(this.#at(index), 'a value in every place of a list');
      if (item !== given) out ??= itemsBefore(value, index);
      if (out !== undefined) place(out, index, item);
    }
    return out === undefined ? value : Object.setPrototypeOf(out, null);
  }
}

/** A copy of the fields that came before `end`. All of them were looked at. */
function fieldsBefore(value: object, keys: string[], end: number): Record<string, unknown> {
  const out = bare();
  for (const key of keys.slice(0, end)) out[key] = (value as Record<string, unknown>)[key];
  return out;
}

/** A copy of the items that came before `end`. */
function itemsBefore(value: unknown[], end: number): unknown[] {
  const out: unknown[] = [];
  for (let index = 0; index < end; index += 1) place(out, index, value[index]);
  return out;
}

/** Sets an item past whatever stands on the prototype of lists. */
function place(list: unknown[], index: number, value: unknown): void {
  Object.defineProperty(list, index, { value, enumerable: true });
}

/** The keys of a plain object. Its prototype's prototype must be nothing, whatever realm it is from. */
function keysOf(value: object, at: Place): string[] {
  const prototype: unknown = Object.getPrototypeOf(value);
  const plain = prototype === null || Object.getPrototypeOf(prototype) === null;
  if (!plain) throw invalid(at() || 'options', 'a plain object');
  if (Object.getOwnPropertySymbols(value).length > 0) throw invalid(at() || 'options', 'an object without symbols');
  return Object.keys(value);
}

function dataOf(value: object, key: string | number, at: Place): unknown {
  const property = Object.getOwnPropertyDescriptor(value, key);
  if (property === undefined || !Object.hasOwn(property, 'value')) {
    throw invalid(at(key), 'a plain value, not a getter');
  }
  return property.value;
}

/** `envs[0].slug`: what an error calls the place at the end of these steps. */
function pathOf(steps: readonly (string | number)[]): string {
  let path = '';
  for (const step of steps) {
    if (typeof step === 'number') path += `[${step}]`;
    else path += path === '' ? step : `.${step}`;
  }
  return path;
}

function bare(): Record<string, unknown> {
  return Object.create(null) as Record<string, unknown>;
}

function isWellFormed(text: string): boolean {
  const native = (text as { isWellFormed?: () => boolean }).isWellFormed;
  return typeof native === 'function' ? native.call(text) : !HALF_SURROGATE.test(text);
}
