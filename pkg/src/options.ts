// The constructor's options: what each must be, and what the core gets of them. Values that only the core can judge
// (weak keys, product names) are judged at the first call.

import { type DuctapeError, invalid } from './errors.js';
import { ownFields, plainObject } from './plain.js';
import { fromCallback } from './storage/callback.js';
import { memoryStorage } from './storage/memory.js';
import type { Storage, StorageCallback } from './storage/types.js';
import type { ProductKey } from './types.js';

/** Plain data that the core reads. */
const CORE_FIELDS = [
  'product',
  'env',
  'products',
  'onUnsupported',
  'retry',
  'allowedOrigins',
  'storageTimeoutMs',
] as const;

/** Accepted so that existing code runs. */
const UNUSED_FIELDS = ['user_id', 'workspace_id', 'accessKey'] as const;

/** Known by name, to say so; there is nothing behind them yet. */
const LATER_FIELDS = ['publicKey', 'catalog', 'onEvent', 'onAudit'] as const;

const FIELDS: readonly string[] = [
  ...CORE_FIELDS,
  ...UNUSED_FIELDS,
  ...LATER_FIELDS,
  'privateKey',
  'storage',
  'keyResolver',
  'fetch',
  'dangerouslyAllowBrowser',
];

/** What a client keeps of its options. */
export interface Settings {
  /** Plain data for the core. */
  core: object;
  /** The product keys, the one that seals first; none where the instance makes its own. */
  keys: readonly ProductKey[] | undefined;
  /** The ports. */
  host: { storage: Storage; fetch: unknown; keyResolver: unknown };
}

/** Reads the constructor's argument. */
export function readOptions(options: unknown): Settings {
  const fields = ownFields(options, 'options');
  for (const key of fields.keys()) checkName(key, fields.get(key));
  const storage = readStorage(fields.get('storage'));
  const keys = readKeys(fields.get('privateKey'));
  if (keys === undefined && storage !== undefined) {
    throw invalid('privateKey', 'a product key to seal with, since storage is given; Ductape.generateKey() makes one');
  }
  const allowed = readFlag(fields.get('dangerouslyAllowBrowser'), 'dangerouslyAllowBrowser');
  const core = plainObject([
    ...CORE_FIELDS.filter((name) => fields.has(name)).map((name): [string, unknown] => [name, fields.get(name)]),
    ['refuseProviderCalls', isPage() && !allowed],
    ['inPage', isPage()],
  ]);
  return {
    core,
    keys,
    host: {
      storage: storage ?? memoryStorage(),
      fetch: readFunction(fields.get('fetch'), 'fetch'),
      keyResolver: readFunction(fields.get('keyResolver'), 'keyResolver'),
    },
  };
}

function checkName(name: string, value: unknown): void {
  if ((LATER_FIELDS as readonly string[]).includes(name) && value !== undefined) {
    throw invalid(name, 'nothing: this option is not in this version');
  }
  if (FIELDS.includes(name)) return;
  const like = FIELDS.find((field) => alike(field, name));
  throw invalid(name, `no such option${like === undefined ? '' : ` (did you mean ${like}?)`}`);
}

/** Equal but for case and separators, or but for one missing, added or changed letter. */
function alike(field: string, given: string): boolean {
  const [a, b] = [field, given].map((name) => name.toLowerCase().replace(/[^a-z]/g, '')) as [string, string];
  if (a === b) return true;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start += 1;
  return [
    [1, 0],
    [0, 1],
    [1, 1],
  ].some(([skipA, skipB]) => a.slice(start + (skipA ?? 0)) === b.slice(start + (skipB ?? 0)));
}

function readKeys(given: unknown): readonly ProductKey[] | undefined {
  if (given === undefined) return undefined;
  if (typeof given !== 'object' || given instanceof Uint8Array) return [readKey(given, 'privateKey')];
  if (Object.prototype.toString.call(given) === '[object CryptoKey]') throw cryptoKey();
  const ring = ownFields(given, 'privateKey');
  const stray = [...ring.keys()].find((key) => key !== 'primary' && key !== 'others');
  if (stray !== undefined) throw invalid(`privateKey.${stray}`, 'no such field; a ring has primary and others');
  const others = ring.get('others') ?? [];
  if (!Array.isArray(others)) throw invalid('privateKey.others', 'a list of product keys');
  const primary = readKey(ring.get('primary'), 'privateKey.primary');
  return [primary, ...others.map((key: unknown, at) => readKey(key, `privateKey.others[${at}]`))];
}

function readKey(given: unknown, path: string): ProductKey {
  if (typeof given === 'string') return given;
  if (given instanceof Uint8Array) return given.slice();
  if (Object.prototype.toString.call(given) === '[object CryptoKey]') throw cryptoKey();
  throw invalid(path, 'a product key: a text or 32 bytes');
}

function cryptoKey(): DuctapeError {
  return invalid('privateKey', 'a text or 32 bytes: a CryptoKey is not in this version');
}

function readStorage(given: unknown): Storage | undefined {
  if (given === undefined) return undefined;
  if (typeof given !== 'object' || given === null) throw invalid('storage', 'a Storage, or get, set, delete and list');
  const has = (name: string) => typeof (given as Record<string, unknown>)[name] === 'function';
  const missing = ['get', 'delete', 'list', has('set') && !has('put') ? 'set' : 'put'].find((name) => !has(name));
  if (missing !== undefined) throw invalid(`storage.${missing}`, 'a function');
  if (!has('put')) return fromCallback(given as StorageCallback);
  const cas: unknown = (given as Partial<Storage>).capabilities?.cas;
  if (typeof cas !== 'boolean') throw invalid('storage.capabilities.cas', 'true or false');
  return given as Storage;
}

function readFunction(given: unknown, path: string): unknown {
  if (given !== undefined && typeof given !== 'function') throw invalid(path, 'a function');
  return given;
}

function readFlag(given: unknown, path: string): boolean {
  if (given !== undefined && typeof given !== 'boolean') throw invalid(path, 'true or false');
  return given === true;
}

/** Workers of a page have no document, and scripts of the page cannot look into them. */
function isPage(): boolean {
  const scope = globalThis as { window?: unknown; document?: unknown };
  return scope.window !== undefined && scope.document !== undefined;
}
