// `models ...` that change nothing.

import type { Verification } from '../call-types.js';
import type { ModelView, UnreadableModel } from '../types.js';
import { type Call, type Command, PLACE } from './call.js';
import { EXIT } from './exit.js';
import { client } from './library.js';
import { modelConfig, SETTING_OPTIONS } from './model-input.js';
import { print, printJson } from './screen.js';
import { envOf, requiredEnv } from './settings.js';
import { moment, pairs, table } from './table.js';
import { explanationText, historyText, modelText, resolvedText, sayWarnings } from './views.js';

const TAG = ['<tag>'];

const ENV = { env: { value: 'env', text: 'default DUCTAPE_ENV' } };

/** Prints a result as JSON, or as text. */
export function show<T>(call: Call, value: T, text: (value: T) => string): number {
  if (call.json) printJson(value);
  else print(text(value));
  return EXIT.ok;
}

export const list: Command = {
  name: 'models list',
  summary: 'List the models of a product',
  options: PLACE,
  async run(call) {
    const models = await (await client(call)).model.fetchAll();
    return show(call, models, (models) => (models.length === 0 ? 'no models' : listText(models)));
  },
};

function listText(models: readonly (ModelView | UnreadableModel)[]): string {
  return table(
    ['TAG', 'PROVIDER', 'MODEL', 'ENVS', 'REV', 'UPDATED'],
    models.map((model) => {
      if ('unreadable' in model) return [model.tag, `unreadable: ${model.unreadable}`];
      const envs = model.envs.map(({ slug, active }) => (active ? slug : `${slug} (off)`)).join(', ');
      return [model.tag, model.provider, model.model, envs, model.rev, moment(model.updatedAt)];
    }),
  );
}

export const showOne: Command = {
  name: 'models show',
  operands: TAG,
  summary: 'Show a model, without its keys',
  options: PLACE,
  async run(call) {
    return show(call, await (await client(call)).model.fetch({ tag: call.operand(0) }), modelText);
  },
};

export const verify: Command = {
  name: 'models verify',
  operands: TAG,
  summary: 'Ask the provider for the smallest answer',
  more:
    'Tells a bad key, an unknown model, an unreachable host and an exhausted quota apart. Costs a few tokens.\n' +
    'The exit code is 1 where the model does not answer.',
  options: { ...PLACE, ...ENV, timeout: { value: 'ms', text: 'the longest to wait' } },
  examples: ['models verify support --env prd'],
  async run(call) {
    const timeout = modelConfig(call)?.timeout as number | undefined;
    const options = { tag: call.operand(0), env: requiredEnv(call), ...(timeout === undefined ? {} : { timeout }) };
    const result = await (await client(call)).model.verify(options);
    show(call, result, verificationText);
    return result.ok ? EXIT.ok : EXIT.failed;
  },
};

function verificationText({ status, code, message, httpStatus, served, latencyMs }: Verification): string {
  return pairs([
    ['status', status],
    ['code', code],
    ['message', message],
    ['http status', httpStatus],
    ['served by', `${served.model} of ${served.provider}, env ${served.env}`],
    ['latency', `${Math.round(latencyMs)} ms`],
  ]);
}

const OVERRIDES = {
  agent: { value: 'tag', text: 'with the settings of this agent' },
  ...SETTING_OPTIONS,
};

export const resolve: Command = {
  name: 'models resolve',
  operands: TAG,
  summary: 'Show what a call would use',
  options: { ...PLACE, ...ENV, ...OVERRIDES },
  async run(call) {
    const view = await (await client(call)).resolve(question(call));
    if (!call.json) sayWarnings(view.warnings);
    return show(call, view, resolvedText);
  },
};

export const explain: Command = {
  name: 'models explain',
  operands: TAG,
  summary: 'Show where each setting of a call comes from',
  options: { ...PLACE, ...ENV, ...OVERRIDES },
  examples: ['models explain support --env prd --temperature 0.2'],
  async run(call) {
    const view = await (await client(call)).explain(question(call));
    if (!call.json) sayWarnings(view.warnings);
    return show(call, view, explanationText);
  },
};

function question(call: Call) {
  const [env, agent, config] = [envOf(call), call.text('agent'), modelConfig(call)];
  return {
    model: call.operand(0),
    ...(env === undefined ? {} : { env }),
    ...(agent === undefined ? {} : { agent }),
    ...(config === undefined ? {} : { modelConfig: config }),
  };
}

export const history: Command = {
  name: 'models history',
  operands: TAG,
  summary: 'List the last settings of a model',
  options: PLACE,
  async run(call) {
    return show(call, await (await client(call)).model.history({ tag: call.operand(0) }), historyText);
  },
};

export const usages: Command = {
  name: 'models usages',
  operands: TAG,
  summary: 'List the agents that name a model',
  options: PLACE,
  async run(call) {
    const tags = await (await client(call)).model.usages({ tag: call.operand(0) });
    return show(call, tags, (tags) => (tags.length === 0 ? 'no agents' : tags.join('\n')));
  },
};
