/** The four levels as forms: the stored model, an agent, that agent in the environment, and one call. */
import type { AgentLayers, ModelConfig } from 'ductape-models';
import { make } from '../ui/dom';
import { fillSettings, readChanges, readSettings, settingFields } from '../ui/settings';

const LEVELS = [
  ['lab-runtime', 'This call', 'Wins over everything.'],
  ['lab-environment', 'Agent, this environment', 'The entry for the environment.'],
  ['lab-agent', 'Agent', 'For every run of the agent.'],
  ['lab-base', 'Model', 'As stored; a change is a revision.'],
] as const;

export function levelGroups(): HTMLElement[] {
  return LEVELS.map(([prefix, title, hint]) =>
    make(
      'fieldset',
      { class: 'level', 'data-level': prefix },
      make('legend', {}, title),
      make('p', { class: 'hint' }, hint),
      ...settingFields(prefix),
    ),
  );
}

/** The levels above the model, as a call's options. */
export function readLevels(form: FormData, env: string): { agent: AgentLayers; modelConfig: ModelConfig } {
  return {
    agent: {
      modelConfig: readSettings(form, 'lab-agent'),
      envs: [{ slug: env, modelConfig: readSettings(form, 'lab-environment') }],
    },
    modelConfig: readSettings(form, 'lab-runtime'),
  };
}

/** The model's own settings as typed, as changes to the stored ones. */
export function readBase(form: FormData, stored: ModelConfig): ModelConfig {
  return readChanges(form, 'lab-base', stored);
}

export function fillBase(form: HTMLFormElement, settings: ModelConfig): void {
  fillSettings(form, 'lab-base', settings);
}

/** Values with which the table has something to tell. */
export function fillExample(form: HTMLFormElement): void {
  fillSettings(form, 'lab-agent', { temperature: 0.5, maxTokens: 2000 });
  fillSettings(form, 'lab-environment', { maxTokens: 1024 });
  fillSettings(form, 'lab-runtime', { temperature: 0.2 });
}
