// Keys in files of models: a file names the environment variable that holds the key, and never the key.

import { fromVariable } from './api-keys.js';
import { UsageError } from './exit.js';
import { looksLikeKey } from './key-like.js';

/** A copy in which `"apiKey": { "env": "NAME" }` is the variable's value. A key itself is refused, and not repeated. */
export function withKeys(value: unknown, file: string): unknown {
  if (typeof value === 'string' && looksLikeKey(value)) throw written(file);
  if (Array.isArray(value)) return value.map((item) => withKeys(item, file));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name,
      name === 'apiKey' ? keyOf(field, file) : withKeys(field, file),
    ]),
  );
}

function keyOf(field: unknown, file: string): unknown {
  if (field === null) return null;
  const name = (field as { env?: unknown }).env;
  if (typeof field !== 'object' || typeof name !== 'string') throw written(file);
  return fromVariable(name);
}

function written(file: string): UsageError {
  return new UsageError(`${file} holds a key; write "apiKey": { "env": "NAME" } to name the variable that holds it`);
}
