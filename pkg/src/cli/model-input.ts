// A model out of options and a file: what `models create` and `models update` send.

import type { EnvInput, Json, ModelPatch } from '../types.js';
import { type GivenKey, givenKeys, namedEnvs } from './api-keys.js';
import type { Call, Options } from './call.js';
import { UsageError } from './exit.js';
import { jsonIn, textOf } from './files.js';
import { withKeys } from './keys-in-files.js';
import { demandProduct } from './settings.js';

/** Texts, by option. */
const TEXTS = { name: 'name', description: 'description', provider: 'provider', api: 'api' } as const;

/** What may differ between environments, so that `env=value` sets it for one. */
const SETTINGS = {
  model: 'model',
  temperature: 'temperature',
  'max-tokens': 'maxTokens',
  'top-p': 'topP',
  timeout: 'timeout',
} as const;

const NUMBERS: ReadonlySet<string> = new Set(['temperature', 'max-tokens', 'top-p', 'timeout']);

const SLUG = /^([a-z0-9][a-z0-9._-]{0,63})=(.*)$/s;

/** Options for the five settings of a call. */
export const SETTING_OPTIONS: Options = {
  temperature: { value: '0..2', many: true, text: 'sampling temperature; none sends none' },
  'max-tokens': { value: 'number', many: true, text: 'most tokens in the answer' },
  'top-p': { value: '0..1', many: true, text: 'nucleus sampling' },
  stop: { value: 'text', many: true, text: 'a text that ends the answer; repeat it for more' },
  timeout: { value: 'ms', many: true, text: 'time limit of a request' },
};

/** Options for the rest of a model. */
export const MODEL_OPTIONS: Options = {
  name: { value: 'text', text: 'a name for people' },
  provider: { value: 'provider', text: 'anthropic, cohere, custom, google or openai' },
  model: { value: 'id', many: true, text: "the provider's id of the model" },
  description: { value: 'text', text: 'what it is for; empty clears it' },
  ...SETTING_OPTIONS,
  api: { value: 'wire', text: 'chat, messages or responses, where the provider has several' },
  'base-url': { value: 'env=url', many: true, text: 'the server; without env= for all of --env' },
  'allow-insecure': { value: 'env', many: true, text: 'plain http for the server of these environments' },
  fallback: { value: 'tags', many: true, text: 'models that answer where this one fails' },
  activate: { value: 'env', many: true, text: 'calls may use these environments' },
  deactivate: { value: 'env', many: true, text: 'calls may not use these environments' },
  from: { value: 'file.json', text: 'all other fields, as the API takes them; options win' },
};

/** Builds it. `defaultEnvs`: where `--env` is absent. */
export async function modelInput(call: Call, defaultEnvs: readonly string[]): Promise<ModelPatch> {
  const input = await fromFile(call);
  const slugs = new Set(call.list('env'));
  for (const slug of [...(call.list('env').length > 0 ? [] : defaultEnvs), ...namedEnvs(call)]) slugs.add(slug);
  const envs = new Map((input.envs ?? []).map((env) => [env.slug, { ...env }]));
  const env = (slug: string): EnvInput => {
    const found = envs.get(slug) ?? { slug };
    envs.set(slug, found);
    return found;
  };
  slugs.forEach(env);
  setTexts(call, input);
  setSettings(call, input, env);
  setServers(call, [...slugs], env);
  for (const [slug, key] of await givenKeys(call, slugs.size > 0 ? [...slugs] : [...envs.keys()])) {
    setKey(env(slug), key);
  }
  if (envs.size > 0) input.envs = [...envs.values()];
  return { ...input, tag: call.operand(0) };
}

/** The five settings of a call, for `resolve` and `explain`. */
export function modelConfig(call: Call): { [name: string]: Json } | undefined {
  const config: { [name: string]: Json } = {};
  for (const [option, field] of Object.entries(SETTINGS)) {
    if (option === 'model') continue;
    for (const text of call.all(option)) config[field] = settingOf(option, text);
  }
  if (call.has('stop')) config.stopSequences = stops(call);
  return Object.keys(config).length > 0 ? config : undefined;
}

function setTexts(call: Call, input: Record<string, unknown>): void {
  for (const [option, field] of Object.entries(TEXTS)) {
    const text = call.text(option);
    if (text !== undefined) input[field] = text === '' ? null : text;
  }
  if (call.has('fallback')) input.fallback = call.list('fallback');
  if (call.has('stop')) input.stopSequences = stops(call);
}

function setSettings(call: Call, input: object, env: (slug: string) => object): void {
  for (const [option, field] of Object.entries(SETTINGS)) {
    for (const text of call.all(option)) {
      const [, slug, value = text] = SLUG.exec(text) ?? [];
      const target = slug === undefined ? input : env(slug);
      Object.assign(target, { [field]: settingOf(option, value) });
    }
  }
}

function setServers(call: Call, slugs: readonly string[], env: (slug: string) => EnvInput): void {
  for (const text of call.all('base-url')) {
    const [, slug, value = text] = SLUG.exec(text) ?? [];
    const targets = slug === undefined ? slugs : [slug];
    if (targets.length === 0) throw new UsageError('--base-url: say for which environment: --base-url <env>=<url>');
    for (const target of targets) env(target).baseUrl = value === 'none' ? null : value;
  }
  for (const slug of call.list('allow-insecure')) env(slug).allowInsecure = true;
  for (const slug of call.list('activate')) env(slug).active = true;
  for (const slug of call.list('deactivate')) env(slug).active = false;
}

function setKey(env: EnvInput, key: GivenKey): void {
  delete env.apiKey;
  delete env.keyRef;
  Object.assign(env, key);
}

function settingOf(option: string, text: string): number | string | null {
  if (text === 'none' && option !== 'model') return null;
  if (!NUMBERS.has(option)) return text;
  if (!/^-?(\d+\.?\d*|\.\d+)$/.test(text)) throw new UsageError(`--${option} needs a number, or none`);
  return Number(text);
}

function stops(call: Call): string[] {
  return call.all('stop').filter((text) => text !== '' && text !== 'none');
}

async function fromFile(call: Call): Promise<Partial<ModelPatch> & Record<string, unknown>> {
  const file = call.text('from');
  if (file === undefined) return {};
  const value = jsonIn(await textOf(file), file);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError(`${file}: expected an object with the fields of a model`);
  }
  const input = withKeys(value, file) as Partial<ModelPatch> & Record<string, unknown>;
  if (input.tag !== undefined && input.tag !== call.operand(0)) {
    throw new UsageError(`${file} is about another model than ${call.operand(0)}`);
  }
  demandProduct(call, input.product, file);
  const isEnvs = input.envs === undefined || (Array.isArray(input.envs) && input.envs.every(isObject));
  if (!isEnvs) throw new UsageError(`${file}: envs: expected a list of objects`);
  return input;
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
