// Where to work: options, then the environment, then `ductape.config.json` of the current folder. None of it is secret,
// and the file is refused where it holds a secret.

import { readFileSync } from 'node:fs';

import type { Call } from './call.js';
import { UsageError } from './exit.js';
import { jsonIn } from './files.js';
import { looksLikeKey } from './key-like.js';
import { closest } from './suggest.js';

/** What `ductape.config.json` may hold. */
interface Config {
  store?: string;
  product?: string;
  env?: string;
  products?: Record<string, { envs: string[] }>;
  retired?: string[];
  allowedOrigins?: string[];
}

const FILE = 'ductape.config.json';

const TEXTS = ['store', 'product', 'env'];

const FIELDS = [...TEXTS, 'products', 'retired', 'allowedOrigins'];

let config: Config | undefined;

/** The configuration file of the current folder. */
export function configured(): Config {
  config ??= read();
  return config;
}

/** The store's name. */
export function storeOf(call: Call): string {
  const store = call.text('store') || variable('DUCTAPE_STORE') || configured().store;
  if (store === undefined) throw new UsageError(`no store: give --store, DUCTAPE_STORE or "store" in ${FILE}`);
  return store;
}

/** The product, where one is named anywhere. */
export function productOf(call: Call): string | undefined {
  return call.text('product') || variable('DUCTAPE_PRODUCT') || configured().product;
}

/** Refuses a file that names another product than `--product` does, where one of them would go unheard. */
export function demandProduct(call: Call, inFile: unknown, file: string): void {
  const asked = call.text('product');
  if (asked !== undefined && inFile !== undefined && inFile !== asked) {
    throw new UsageError(`${file} is about another product than --product`);
  }
}

/** The environment of commands that take one. */
export function envOf(call: Call): string | undefined {
  return call.text('env') || variable('DUCTAPE_ENV') || configured().env;
}

/** The same where the command cannot do without. */
export function requiredEnv(call: Call): string {
  const env = envOf(call);
  if (env === undefined) throw new UsageError('no environment: give --env or DUCTAPE_ENV');
  return env;
}

/** An environment variable; an empty one is none. */
export function variable(name: string): string | undefined {
  return process.env[name] || undefined;
}

function read(): Config {
  let text: string;
  try {
    text = readFileSync(FILE, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new UsageError(`${FILE} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  const value = jsonIn(text, FILE);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new UsageError(`${FILE}: expected {}`);
  refuseSecrets(value);
  for (const [name, field] of Object.entries(value)) check(name, field);
  return value as Config;
}

function check(name: string, field: unknown): void {
  if (!FIELDS.includes(name)) {
    throw new UsageError(`${FILE}: no such field: ${JSON.stringify(name)}`, closest(name, FIELDS));
  }
  const isText = TEXTS.includes(name);
  if (isText && (typeof field !== 'string' || field === '')) throw new UsageError(`${FILE}: ${name}: expected a text`);
}

/** `privateKey`, `STORE_TOKEN`, `keys`; a product may still be called `turnkey`. */
const SECRET_NAMES = [/(?:^|[-_])(?:key|token|secret|password)s?$/i, /[a-z](?:Key|Token|Secret|Password)s?$/];

/** Such files are committed. Neither names nor values of what is found are repeated. */
function refuseSecrets(value: unknown): void {
  if (typeof value === 'string' && (looksLikeKey(value) || hasCredentials(value))) throw secretIn();
  if (typeof value !== 'object' || value === null) return;
  for (const [name, field] of Object.entries(value)) {
    if (SECRET_NAMES.some((names) => names.test(name)) || looksLikeKey(name)) throw secretIn();
    refuseSecrets(field);
  }
}

function hasCredentials(text: string): boolean {
  return /^https?:\/\/[^/]*@/i.test(text);
}

function secretIn(): UsageError {
  return new UsageError(`${FILE} holds a key or names one: keys belong in environment variables; take it out of there`);
}
