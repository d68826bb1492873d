/** The page's elements: found by id with their type, made with text only. Never sets HTML. */

/** The element with this id; the page and its script are one piece, so a missing one is a defect. */
export function byId<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`The page lacks #${id}.`);
  return found;
}

/** A new element; strings among the children become text, `undefined` attributes are left out. */
export function make<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Record<string, string | undefined> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

export type Tone = 'plain' | 'good' | 'bad';

/** Says something in a status line. */
export function say(line: HTMLElement, text: string, tone: Tone = 'plain'): void {
  line.dataset.tone = tone;
  line.textContent = text;
}

/** A field's number; `undefined` where it is empty. Text that is no number becomes NaN, which the package refuses. */
export function numberOf(form: FormData, name: string): number | undefined {
  const text = textOf(form, name);
  return text === '' ? undefined : Number(text);
}

/** A field's text. */
export function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value : '';
}
