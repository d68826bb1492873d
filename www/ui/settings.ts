/** The five settings as fields of a form. Empty says nothing, `null` says "do not send". */
import type { ModelConfig } from 'ductape-models';
import { make } from './dom';

type Setting = keyof ModelConfig;

/** Name, label and what may be typed, in the order in which they are shown. */
const SETTINGS: readonly (readonly [Setting, string, string])[] = [
  ['temperature', 'Temperature', '0 to 2'],
  ['maxTokens', 'Max tokens', '1 or more'],
  ['topP', 'Top P', '0 to 1'],
  ['timeout', 'Timeout, ms', '1 or more'],
  ['stopSequences', 'Stop sequences', 'END, ###'],
];

/** Fields for the five settings; their names are prefixed, so that several sets fit one form. */
export function settingFields(prefix: string): HTMLElement[] {
  return SETTINGS.map(([name, label, hint]) => {
    const id = `${prefix}-${name}`;
    const field = make('input', { id, name: id, autocomplete: 'off', spellcheck: 'false', placeholder: hint });
    if (name !== 'stopSequences') field.inputMode = 'decimal';
    const wide = name === 'stopSequences' ? ' wide' : '';
    return make('div', { class: `field${wide}` }, make('label', { for: id }, label), field);
  });
}

/** What the fields say; settings that were left empty are absent. */
export function readSettings(form: FormData, prefix: string): ModelConfig {
  const said: ModelConfig = {};
  for (const [name] of SETTINGS) {
    const text = String(form.get(`${prefix}-${name}`) ?? '').trim();
    if (text === '') continue;
    if (name === 'stopSequences') said[name] = text === 'null' ? null : text.split(',').map(unescaped);
    else said[name] = numberOf(text);
  }
  return said;
}

/** Like {@link readSettings}, for an update: what was there and was emptied is not sent any more. */
export function readChanges(form: FormData, prefix: string, stored: ModelConfig): ModelConfig {
  const emptied = SETTINGS.filter(([name]) => stored[name] !== undefined).map(([name]) => [name, null]);
  return { ...Object.fromEntries(emptied), ...readSettings(form, prefix) };
}

export function fillSettings(form: HTMLFormElement, prefix: string, values: ModelConfig): void {
  for (const [name] of SETTINGS) {
    const field = form.elements.namedItem(`${prefix}-${name}`);
    if (field instanceof HTMLInputElement) field.value = textOf(values[name]);
  }
}

/** A number, or null for the word; other text becomes NaN, which the package refuses with its name. */
export function numberOf(text: string): number | null {
  return text === 'null' ? null : Number(text);
}

function textOf(value: ModelConfig[Setting]): string {
  if (value === undefined) return '';
  if (value === null) return 'null';
  return Array.isArray(value) ? value.map((text) => text.replaceAll('\n', '\\n')).join(',') : String(value);
}

function unescaped(text: string): string {
  return text.trim().replaceAll('\\n', '\n');
}
