// API keys, from where a shell can hand them over unseen: stdin, environment variables, a prompt.

import type { Call, Options } from './call.js';
import { UsageError } from './exit.js';
import { isInteractive, stdinText } from './files.js';
import { hidden } from './prompt.js';
import { keepSecret } from './screen.js';
import { variable } from './settings.js';

/** The options of commands that take API keys. */
export const KEY_OPTIONS: Options = {
  'key-stdin': { value: 'env', bare: true, text: 'read the API key from stdin; <env> where there are several' },
  'key-env': { value: 'env=VARIABLE', many: true, text: 'take the API key from an environment variable' },
  'key-ref': { value: 'env=name', many: true, text: "a name for the program's keyResolver in place of a key" },
};

const MAX_BYTES = 65_536;

/** What an environment gets. */
export type GivenKey = { apiKey: string } | { keyRef: string };

/** The environments that the options name. */
export function namedEnvs(call: Call): string[] {
  const named = [...call.all('key-env'), ...call.all('key-ref')].map((text) => split(text)[0]);
  return [...named, call.text('key-stdin')].filter((slug) => slug !== undefined);
}

/** The keys that the options give, by environment. `envs`: those that the command is about. */
export async function givenKeys(call: Call, envs: readonly string[]): Promise<Map<string, GivenKey>> {
  const keys = new Map<string, GivenKey>();
  const envFor = (option: string, slug: string | undefined) => {
    const env = slug ?? onlyOne(option, envs);
    if (keys.has(env)) throw new UsageError(`${env} is given two keys`);
    return env;
  };
  for (const text of call.all('key-env')) {
    const [slug, name] = split(text);
    keys.set(envFor('--key-env', slug), { apiKey: fromVariable(name) });
  }
  for (const text of call.all('key-ref')) {
    const [slug, keyRef] = split(text);
    keys.set(envFor('--key-ref', slug), { keyRef });
  }
  if (call.has('key-stdin')) {
    const env = envFor('--key-stdin', call.text('key-stdin'));
    keys.set(env, { apiKey: await fromStdin() });
  }
  return keys;
}

/** Asks for the key of an environment; without a terminal there is nobody to ask. */
export async function askedKey(env: string): Promise<GivenKey> {
  if (!isInteractive()) {
    throw new UsageError(`no API key for ${env}: give --key-stdin, --key-env ${env}=<VARIABLE> or --key-ref`);
  }
  const apiKey = await hidden(`API key for ${env} (not shown): `);
  if (apiKey === '') throw new UsageError(`no API key for ${env}`);
  return { apiKey };
}

/** The value of an environment variable that somebody named. */
export function fromVariable(name: string): string {
  if (!/^[A-Za-z_]\w*$/.test(name))
    throw new UsageError('an API key is given by the name of the environment variable that holds it');
  const key = variable(name);
  if (key === undefined) throw new UsageError(`the environment variable ${name} is not set`);
  keepSecret(key.trim());
  return key;
}

async function fromStdin(): Promise<string> {
  if (process.stdin.isTTY) return hidden('API key (not shown): ');
  const key = (await stdinText(MAX_BYTES)).trim();
  if (key === '') throw new UsageError('--key-stdin: stdin is empty');
  keepSecret(key);
  return key;
}

/** `prd=NAME`, or `NAME` alone. */
function split(text: string): [string | undefined, string] {
  const at = text.indexOf('=');
  return at === -1 ? [undefined, text] : [text.slice(0, at), text.slice(at + 1)];
}

function onlyOne(option: string, envs: readonly string[]): string {
  const [env, ...others] = envs;
  if (env !== undefined && others.length === 0) return env;
  throw new UsageError(`${option}: say for which environment${option === '--key-stdin' ? ': --key-stdin <env>' : ''}`);
}
