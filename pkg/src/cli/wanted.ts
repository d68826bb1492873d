// The file of `plan` and `apply`: the models that a product is to have, as JSON or as a module.

import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import type { Wanted } from '../operation-types.js';
import type { Call } from './call.js';
import { UsageError } from './exit.js';
import { jsonIn, textOf } from './files.js';
import { withKeys } from './keys-in-files.js';
import { keepSecret } from './screen.js';
import { demandProduct } from './settings.js';

const MODULES = ['.js', '.mjs'];

/** Modules that Node reads where it can take types away. */
const TYPED = ['.ts', '.mts'];

/** Variables that hold secrets, as far as names tell; not those that say where one is. */
const SECRET_NAME = /(?:key|token|secret|pass(?:word)?)s?(?:_\d+)?$/i;

/** What the file wants; `--prune` is the option's. */
export async function wantedIn(call: Call): Promise<Wanted> {
  const file = call.operand(0);
  const value = await read(file);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError(`${file}: expected { models: [...] }`);
  }
  keepKeys(value);
  demandProduct(call, (value as Wanted).product, file);
  return { ...(value as Wanted), ...(call.has('prune') ? { prune: true } : {}) };
}

async function read(file: string): Promise<unknown> {
  const kind = extname(file);
  if (kind === '.json' || file === '-') return withKeys(jsonIn(await textOf(file), file), file);
  if (TYPED.includes(kind) && !readsTypes()) {
    throw new UsageError(`this Node reads no TypeScript: Node 22.18 or newer does, or take the types out of ${file}`);
  }
  if (![...MODULES, ...TYPED].includes(kind)) throw new UsageError(`${file}: expected a .json, .js, .mjs or .ts file`);
  // So that whatever a module throws names none of them.
  for (const [name, value] of Object.entries(process.env)) {
    if (SECRET_NAME.test(name) && (value?.length ?? 0) >= 16) keepSecret(value);
  }
  const module = await load(file);
  if (!Object.hasOwn(module, 'default')) throw new UsageError(`${file} has no default export`);
  const { default: wanted } = module;
  if (typeof wanted !== 'function') return wanted;
  try {
    return await wanted(process.env);
  } catch (error) {
    throw failed(file, error);
  }
}

async function load(file: string): Promise<{ default?: unknown }> {
  try {
    return await import(pathToFileURL(resolve(file)).href);
  } catch (error) {
    throw failed(file, error);
  }
}

function failed(file: string, error: unknown): UsageError {
  return new UsageError(`${file} failed: ${error instanceof Error ? error.message : String(error)}`);
}

function readsTypes(): boolean {
  return Boolean((process.features as { typescript?: unknown }).typescript);
}

/** The keys that a module took from the environment, or from wherever it did. */
function keepKeys(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, field] of Object.entries(value)) {
    if (name === 'apiKey' && typeof field === 'string') keepSecret(field.trim());
    else keepKeys(field);
  }
}
