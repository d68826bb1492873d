// `models ...` that change a model.

import type { Ductape } from '../client.js';
import type { ModelInput, ModelView } from '../types.js';
import { askedKey, givenKeys, KEY_OPTIONS } from './api-keys.js';
import { type Call, type Command, PLACE } from './call.js';
import { CommandError, UsageError } from './exit.js';
import { client } from './library.js';
import { MODEL_OPTIONS, modelInput } from './model-input.js';
import { show } from './models-read.js';
import { confirmed } from './prompt.js';
import { envOf, requiredEnv } from './settings.js';
import { keyText, sayWarnings } from './views.js';

const TAG = ['<tag>'];

const ENVS = { env: { value: 'envs', many: true, text: 'the environments; default DUCTAPE_ENV' } };

const YES = { yes: { text: 'do not ask' } };

/** One line for people: what was done, and the keys of the environments that it was about. */
function done(call: Call, word: string, model: ModelView, slugs: Iterable<string> = []): number {
  if (!call.json) sayWarnings(model.warnings);
  const about = new Set(slugs);
  const keys = model.envs.filter(({ slug }) => about.has(slug)).map((env) => `${env.slug} ${keyText(env)}`);
  const what = `${word} ${model.tag} of ${model.product}, revision ${model.rev}`;
  return show(call, model, () => [what, ...keys].join('\n  '));
}

export const create: Command = {
  name: 'models create',
  operands: TAG,
  summary: 'Store a model, its API keys sealed',
  more:
    'A setting or a server of one environment is written env=value: --model dev=gpt-4.1-mini. Keys come from stdin,\n' +
    'from environment variables, or from a prompt that does not show them; never from the command line. In a file of\n' +
    '--from, "apiKey": { "env": "NAME" } names the variable that holds the key.',
  options: { ...PLACE, ...ENVS, ...KEY_OPTIONS, ...MODEL_OPTIONS },
  examples: [
    'models create support --name Support --provider openai --model gpt-4.1 --env dev,prd \\\n' +
      '    --key-env dev=OPENAI_DEV_KEY --key-env prd=OPENAI_KEY',
    'models create support --from support.json --key-stdin prd < key.txt',
  ],
  async run(call) {
    const env = envOf(call);
    const isOwnEnvs = call.has('env') || call.has('from') || env === undefined;
    const input = (await modelInput(call, isOwnEnvs ? [] : [env])) as ModelInput;
    if (input.envs === undefined) throw new UsageError('no environment: give --env or DUCTAPE_ENV');
    for (const each of input.envs) {
      const isKeyed = each.apiKey != null || each.keyRef != null || each.active === false;
      if (!isKeyed && input.provider !== 'custom') Object.assign(each, await askedKey(each.slug));
    }
    const model = await (await client(call, { makesStore: true })).model.create(input);
    return done(
      call,
      'created',
      model,
      model.envs.map(({ slug }) => slug),
    );
  },
};

export const update: Command = {
  name: 'models update',
  operands: TAG,
  summary: 'Change what is given of a model',
  more: 'Environments merge by their names; a new one is added.',
  options: {
    ...PLACE,
    env: { value: 'envs', many: true, text: 'the environments that --base-url and keys are for' },
    'remove-env': { value: 'env', many: true, text: 'take an environment and its key away' },
    ...KEY_OPTIONS,
    ...MODEL_OPTIONS,
  },
  examples: ['models update support --temperature 0.2 --model dev=gpt-4.1-mini'],
  async run(call) {
    const patch = await modelInput(call, []);
    const removed = call.list('remove-env').map((slug) => ({ slug, remove: true }));
    if (removed.length > 0) patch.envs = [...(patch.envs ?? []), ...removed];
    const isNothing = Object.keys(patch).length === 1;
    if (isNothing) throw new UsageError('nothing to change: see ductape-models models update --help');
    const model = await (await client(call)).model.update(patch);
    const keyed = (patch.envs ?? []).filter((env) => env.apiKey != null || env.keyRef != null);
    return done(
      call,
      'updated',
      model,
      keyed.map(({ slug }) => slug),
    );
  },
};

export const rotate: Command = {
  name: 'models rotate',
  operands: TAG,
  summary: 'Give an environment another API key',
  more: 'The next call uses it, in every process. Without an option for the key it is asked for, and not shown.',
  options: { ...PLACE, env: { value: 'env', text: 'default DUCTAPE_ENV' }, ...KEY_OPTIONS },
  examples: ['models rotate support --env prd --key-stdin < key.txt', 'models rotate support --env prd'],
  async run(call) {
    const slug = requiredEnv(call);
    const ductape = await client(call);
    await demandEnv(ductape, call.operand(0), slug);
    const keys = await givenKeys(call, [slug]);
    const stray = [...keys.keys()].find((env) => env !== slug);
    if (stray !== undefined) throw new UsageError(`the key is for another environment than ${slug}`);
    const key = keys.get(slug) ?? (await askedKey(slug));
    const model = await ductape.model.update({ tag: call.operand(0), envs: [{ slug, ...key }] });
    return done(call, 'rotated', model, [slug]);
  },
};

/** An update would add an environment that is misspelt. */
async function demandEnv(ductape: Ductape, tag: string, slug: string): Promise<void> {
  const { envs } = await ductape.model.fetch({ tag });
  const slugs = envs.map((env) => env.slug);
  if (!slugs.includes(slug)) {
    throw new CommandError('env_not_found', `${tag} has no environment ${slug}; it has ${slugs.join(', ')}`);
  }
}

export const remove: Command = {
  name: 'models delete',
  operands: TAG,
  summary: 'Delete a model with its keys and its history',
  options: { ...PLACE, ...YES, restrict: { text: 'not where agents name it' } },
  async run(call) {
    const ductape = await client(call);
    const tag = call.operand(0);
    await demandModel(ductape, tag);
    const agents = await ductape.model.usages({ tag });
    const named = agents.length === 0 ? '' : ` The agents ${agents.join(', ')} name it.`;
    const question = `Delete ${tag} with its keys and its history?${named}`;
    if (!(await confirmed(question, call.has('yes')))) throw new CommandError('declined', 'nothing was deleted');
    const result = await ductape.model.delete({ tag, ...(call.has('restrict') ? { restrict: true } : {}) });
    return show(call, result, ({ product }) => `deleted ${tag} of ${product}${named === '' ? '' : `.${named}`}`);
  },
};

/** Nobody is asked about a model that is not there. One that cannot be read can still be deleted. */
async function demandModel(ductape: Ductape, tag: string): Promise<void> {
  try {
    await ductape.model.fetch({ tag });
  } catch (error) {
    if ((error as { code?: unknown }).code === 'model_not_found') throw error;
  }
}

export const rollback: Command = {
  name: 'models rollback',
  operands: TAG,
  summary: 'Put earlier settings back, as a new revision',
  more:
    'Keys stay as they are. Where an environment gets another provider or server back, its key has to be given again,\n' +
    'with the options for keys.',
  options: { ...PLACE, rev: { value: 'number', text: 'the revision, as models history lists it' }, ...KEY_OPTIONS },
  examples: ['models rollback support --rev 3'],
  async run(call) {
    const rev = call.required('rev');
    if (!/^\d+$/.test(rev)) throw new UsageError('--rev needs the number of a revision');
    const keys = await givenKeys(call, []);
    const envs = [...keys].map(([slug, key]) => ({ slug, ...key }));
    const to = { tag: call.operand(0), rev: Number(rev), ...(envs.length > 0 ? { envs } : {}) };
    return done(call, 'rolled back', await (await client(call)).model.rollback(to), keys.keys());
  },
};
