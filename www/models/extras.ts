/** The fields that few models need: stand-ins, headers, provider options, facts about the model. JSON where they are objects. */
import type { Json, ModelInput } from 'ductape-models';
import { textOf } from '../ui/dom';

const OBJECTS = ['headers', 'providerOptions', 'capabilities'] as const;

type Extras = Pick<ModelInput, 'fallback' | (typeof OBJECTS)[number]>;

/** What the fields say; with `clear`, what was left empty is cleared. */
export function readExtras(form: FormData, clear: boolean): Extras {
  const tags = textOf(form, 'fallback')
    .split(/[\s,]+/)
    .filter((tag) => tag !== '');
  const said: Record<string, Json> = {};
  for (const name of OBJECTS) {
    const text = textOf(form, name);
    if (text !== '') said[name] = parsed(name, text);
    else if (clear) said[name] = null;
  }
  const fallback = tags.length > 0 ? tags : clear ? null : undefined;
  return { ...said, ...(fallback === undefined ? {} : { fallback }) } as Extras;
}

export function fillExtras(form: HTMLFormElement, model: Extras): void {
  set(form, 'fallback', model.fallback?.join(', ') ?? '');
  for (const name of OBJECTS) set(form, name, model[name] ? JSON.stringify(model[name], null, 1) : '');
}

function set(form: HTMLFormElement, name: string, value: string): void {
  const field = form.elements.namedItem(name);
  if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) field.value = value;
}

function parsed(name: string, text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw new SyntaxError(`${name} is not JSON.`);
  }
}
