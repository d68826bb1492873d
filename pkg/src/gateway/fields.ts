// A request's JSON, read by own properties only: what another script put on Object.prototype was not sent by anybody.

import { invalid } from '../errors.js';

/** A JSON object. */
export type Fields = { readonly [name: string]: unknown };

/** A field that was sent; `null` is as good as absent. */
export function own(fields: Fields, name: string): unknown {
  return Object.hasOwn(fields, name) ? (fields[name] ?? undefined) : undefined;
}

export function object(value: unknown, path: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(path, 'an object');
  return value as Fields;
}

export function list(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value)) throw invalid(path, 'a list');
  return value;
}

export function text(value: unknown, path: string): string {
  if (typeof value !== 'string') throw invalid(path, 'a text');
  return value;
}

/** A text field that may be absent. */
export function maybeText(fields: Fields, name: string, path: string): string | undefined {
  const value = own(fields, name);
  return value === undefined ? undefined : text(value, path);
}

/** A boolean field that may be absent. */
export function flag(fields: Fields, name: string): boolean | undefined {
  const value = own(fields, name);
  if (value !== undefined && typeof value !== 'boolean') throw invalid(name, 'true or false');
  return value;
}

/** A number field that may be absent. */
export function maybeNumber(fields: Fields, name: string): number | undefined {
  const value = own(fields, name);
  if (value !== undefined && typeof value !== 'number') throw invalid(name, 'a number');
  return value;
}
