// The constructor's options: what each must be, and what the core gets of them. Values that only the core can judge
// (weak keys, product names) are judged at the first call.

import { invalid } from './errors.js';
import { type GivenKeys, readKeys } from './keys.js';
import { type Hooks, readHooks } from './observe.js';
import { ownFields, plainObject } from './plain.js';
import { fromCallback } from './storage/callback.js';
import { memoryStorage } from './storage/memory.js';
import type { Storage, StorageCallback } from './storage/types.js';
import { type Handling, readTools } from './tools.js';

/** Plain data that the core reads. */
const CORE_FIELDS = [
  'product',
  'env',
  'products',
  'onUnsupported',
  'retry',
  'allowedOrigins',
  'catalog',
  'storageTimeoutMs',
] as const;

/** Accepted so that existing code runs. */
const UNUSED_FIELDS = ['workspace_id', 'accessKey'] as const;

const FIELDS: readonly string[] = [
  ...CORE_FIELDS,
  ...UNUSED_FIELDS,
  'privateKey',
  'publicKey',
  'user_id',
  'storage',
  'keyResolver',
  'tools',
  'fetch',
  'dangerouslyAllowBrowser',
  'onAudit',
  'onEvent',
  'captureContent',
  'eventContext',
];

/** What a client keeps of its options. */
export interface Settings {
  /** Plain data for the core. */
  core: object;
  /** The keys; none where the instance makes its own. */
  keys: GivenKeys | undefined;
  /** Handlers of tools by tag. */
  handlers: Map<string, Handling>;
  /** The ports. */
  host: { storage: Storage; fetch: unknown; keyResolver: unknown; hooks: Hooks | undefined };
}

/** Reads the constructor's argument. */
export function readOptions(options: unknown): Settings {
  const fields = ownFields(options, 'options');
  for (const key of fields.keys()) checkName(key);
  const storage = readStorage(fields.get('storage'));
  const keys = readKeys(fields.get('privateKey'), fields.get('publicKey'));
  if (keys === undefined && storage !== undefined) {
    throw invalid('privateKey', 'a product key to seal with, since storage is given; Ductape.generateKey() makes one');
  }
  if (keys?.publicKey !== undefined && storage === undefined) {
    throw invalid('storage', 'a store that others read, since this client can open nothing');
  }
  const allowed = readFlag(fields.get('dangerouslyAllowBrowser'), 'dangerouslyAllowBrowser');
  const core = plainObject([
    ...CORE_FIELDS.filter((name) => fields.has(name)).map((name): [string, unknown] => [name, fields.get(name)]),
    ['actor', fields.get('user_id')],
    ['refuseProviderCalls', isPage() && !allowed],
    ['inPage', isPage()],
  ]);
  return {
    core,
    keys,
    handlers: readTools(fields.get('tools')).handlers,
    host: {
      storage: storage ?? memoryStorage(),
      fetch: readFunction(fields.get('fetch'), 'fetch'),
      keyResolver: readFunction(fields.get('keyResolver'), 'keyResolver'),
      hooks: readHooks(fields),
    },
  };
}

function checkName(name: string): void {
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
