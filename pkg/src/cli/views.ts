// Models as text for people.

import type { EnvView, Explained, Explanation, ModelView, ResolveView, Revision, Warning } from '../types.js';
import { say } from './screen.js';
import { type Cell, inline, moment, pairs, table } from './table.js';

/** A model and its environments. */
export function modelText(model: ModelView): string {
  const head = pairs([
    ['tag', model.tag],
    ['product', model.product],
    ['name', model.name],
    ['description', model.description],
    ['provider', model.api === undefined ? model.provider : `${model.provider} (${model.api})`],
    ['model', model.model],
    ...settingRows(model),
    ['fallback', model.fallback?.join(', ')],
    ['headers', model.headers && inline(model.headers)],
    ['options', model.providerOptions && inline(model.providerOptions)],
    ['revision', revision(model)],
    ['unknown key', model.unknownKey],
  ]);
  return `${head}\n\n${envTable(model.envs)}`;
}

/** What was not taken as given. */
export function sayWarnings(warnings: readonly Warning[] | undefined): void {
  for (const { code, message } of warnings ?? []) say(`warning: ${code}: ${message}`);
}

function revision({ rev, updatedAt, updatedBy }: ModelView): string {
  return `${rev}, ${moment(updatedAt)}${updatedBy === undefined ? '' : ` by ${updatedBy}`}`;
}

function settingRows(settings: ModelView | EnvView): [string, Cell][] {
  const { temperature, maxTokens, topP, stopSequences, timeout } = settings;
  const rows = { temperature, maxTokens, topP, stopSequences, timeout };
  return Object.entries(rows)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, value === null ? 'none' : inline(value)]);
}

function envTable(envs: readonly EnvView[]): string {
  return table(
    ['ENV', 'ACTIVE', 'KEY', 'FINGERPRINT', 'SEALED BY', 'KEY SET', 'OWN SETTINGS'],
    envs.map((env) => [
      env.slug,
      env.active,
      keyText(env),
      env.keyFingerprint,
      env.keyId,
      moment(env.keyUpdatedAt),
      [...ownSettings(env)].join(' '),
    ]),
  );
}

/** What can be said of an environment's key. */
export function keyText({ keyStatus, keyHint, keyRef }: EnvView): string {
  if (keyStatus === 'reference') return `reference ${keyRef ?? ''}`.trim();
  return keyHint === undefined ? keyStatus : `${keyStatus} ...${keyHint}`;
}

function* ownSettings(env: EnvView): Iterable<string> {
  if (env.baseUrl !== undefined) yield `baseUrl=${env.baseUrl}`;
  if (env.model !== undefined) yield `model=${env.model}`;
  for (const [name, value] of settingRows(env)) yield `${name}=${value}`;
}

/** What a call would use. */
export function resolvedText(view: ResolveView): string {
  const params = Object.entries(view.params).map(([name, value]): [string, Cell] => [name, inline(value)]);
  return pairs([
    ['env', view.env],
    ['provider', view.provider],
    ['model', view.model],
    ['base url', view.baseUrl ?? "the provider's own"],
    ...params,
    ['revision', view.rev],
  ]);
}

/** Why it would use that. */
export function explanationText(view: Explanation): string {
  const rows = Object.entries({ model: view.model, ...view.settings }).map(
    ([name, { value, source, shadowed, adjusted }]: [string, Explained<unknown>]) => [
      name,
      value === null ? 'none' : inline(value),
      source,
      shadowed.map((under) => `${under.source}: ${under.value === null ? 'none' : inline(under.value)}`).join(', '),
      adjusted && `${adjusted.sent === null ? 'not sent' : `sent ${inline(adjusted.sent)}`} (${adjusted.reason})`,
    ],
  );
  const key = view.key.keyId === undefined ? view.key.status : `${view.key.status} by ${view.key.keyId}`;
  const head = pairs([
    ['env', view.env],
    ['provider', view.provider],
    ['base url', view.baseUrl ?? "the provider's own"],
    ['key', key],
  ]);
  return `${head}\n\n${table(['SETTING', 'VALUE', 'FROM', 'HIDES', 'PROVIDER'], rows)}`;
}

/** Revisions, newest first. */
export function historyText(revisions: readonly Revision[]): string {
  return table(
    ['REV', 'WRITTEN', 'BY', 'CHANGED'],
    revisions.map(({ rev, updatedAt, updatedBy, changed }) => [rev, moment(updatedAt), updatedBy, changed.join(', ')]),
  );
}
