// Options as plain data. What is copied is what the caller wrote: own, enumerable data properties. A property that some
// other script put on Object.prototype is never read, a getter never runs, and the copies have no prototype.

import { invalid } from './errors.js';

/** Deeper than any message or schema; the core stops near here too. */
const MAX_DEPTH = 100;

const HALF_SURROGATE = /\p{Surrogate}/u;

/** Takes a value instead of the general rules, or leaves it: `undefined`. */
export type Special = (value: object, path: string) => unknown;

/** A deep copy of plain data without prototypes. `undefined` properties are left out. */
export function plainCopy(value: unknown, path: string, special?: Special): unknown {
  return copy(value, path, { special, ancestors: [] });
}

/** The own fields of an options object, not copied further. */
export function ownFields(value: unknown, path: string): Map<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(path, 'an object');
  const fields = new Map<string, unknown>();
  for (const key of keysOf(value, path)) fields.set(key, dataOf(value, key, path));
  return fields;
}

/** The copy of some fields of an options object. */
export function plainObject(fields: Iterable<[string, unknown]>, special?: Special): object {
  const out = bare();
  for (const [key, value] of fields) {
    const item = plainCopy(value, key, special);
    if (item !== undefined) out[key] = item;
  }
  return out;
}

interface Walk {
  special: Special | undefined;
  ancestors: object[];
}

function copy(value: unknown, path: string, walk: Walk): unknown {
  switch (typeof value) {
    case 'boolean':
    case 'undefined':
      return value;
    case 'number':
      if (!Number.isFinite(value)) throw invalid(path, 'a finite number');
      return value;
    case 'string':
      if (!isWellFormed(value)) throw invalid(path, 'text without half surrogate pairs');
      return value;
    case 'object':
      return value === null ? null : copyObject(value, path, walk);
    default:
      throw invalid(path, `plain data, not a ${typeof value}`);
  }
}

function copyObject(value: object, path: string, walk: Walk): unknown {
  const taken = walk.special?.(value, path);
  if (taken !== undefined) return taken;
  if (walk.ancestors.includes(value)) throw invalid(path, 'data that does not contain itself');
  if (walk.ancestors.length >= MAX_DEPTH) throw invalid(path, `plain data nested at most ${MAX_DEPTH} levels deep`);
  walk.ancestors.push(value);
  const out = Array.isArray(value) ? copyList(value, path, walk) : copyFields(value, path, walk);
  walk.ancestors.pop();
  return out;
}

function copyFields(value: object, path: string, walk: Walk): unknown {
  const out = bare();
  for (const key of keysOf(value, path)) {
    const at = path === '' ? key : `${path}.${key}`;
    const item = copy(dataOf(value, key, path), at, walk);
    if (item !== undefined) out[key] = item;
  }
  return out;
}

function copyList(value: unknown[], path: string, walk: Walk): unknown {
  const out: unknown[] = [];
  for (let index = 0; index < value.length; index += 1) {
    const at = `${path}[${index}]`;
    const item = Object.hasOwn(value, index) ? copy(dataOf(value, String(index), path), at, walk) : undefined;
    if (item === undefined) throw invalid(at, 'a value in every place of a list');
    Object.defineProperty(out, index, { value: item, enumerable: true });
  }
  // JSON.stringify looks for toJSON on the prototype of a list too.
  return Object.setPrototypeOf(out, null);
}

/** The keys of a plain object. Its prototype's prototype must be nothing, whatever realm it is from. */
function keysOf(value: object, path: string): string[] {
  const prototype: unknown = Object.getPrototypeOf(value);
  const plain = prototype === null || Object.getPrototypeOf(prototype) === null;
  if (!plain) throw invalid(path || 'options', 'a plain object');
  if (Object.getOwnPropertySymbols(value).length > 0) throw invalid(path || 'options', 'an object without symbols');
  return Object.keys(value);
}

function dataOf(value: object, key: string, path: string): unknown {
  const property = Object.getOwnPropertyDescriptor(value, key);
  if (property === undefined || !Object.hasOwn(property, 'value')) {
    throw invalid(path === '' ? key : `${path}.${key}`, 'a plain value, not a getter');
  }
  return property.value;
}

function bare(): Record<string, unknown> {
  return Object.create(null) as Record<string, unknown>;
}

function isWellFormed(text: string): boolean {
  const native = (text as { isWellFormed?: () => boolean }).isWellFormed;
  return typeof native === 'function' ? native.call(text) : !HALF_SURROGATE.test(text);
}
