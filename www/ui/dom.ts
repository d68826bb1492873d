/** The page's elements: found by id with their type, made with text only. Never sets HTML. */

/** The element with this id; the page and its script are one piece, so a missing one is a defect. */
export function byId<T extends HTMLElement>(id: string, type: abstract new () => T): T {
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

/** A button that does something, with its text. */
export function button(text: string, act: () => unknown, attributes: Record<string, string | undefined> = {}) {
  const made = make('button', { type: 'button', ...attributes }, text);
  made.addEventListener('click', () => void act());
  return made;
}

/** A list of names and values; what is absent has no row. */
export function facts(rows: readonly (readonly [string, unknown])[]): HTMLElement {
  const list = make('dl', { class: 'facts' });
  for (const [name, value] of rows) {
    if (value === undefined || value === null || value === '') continue;
    list.append(make('dt', {}, name), make('dd', {}, value instanceof Node ? value : String(value)));
  }
  return list;
}

export type Tone = 'plain' | 'good' | 'bad';

/** Says something in a status line. */
export function say(line: HTMLElement, text: string, tone: Tone = 'plain'): void {
  line.dataset.tone = tone;
  line.textContent = text;
}

/** A field's text, without what stands around it. */
export function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value.trim() : '';
}

/** Shows the options of a select and keeps the choice where it is still there. */
export function choices(select: HTMLSelectElement, values: readonly string[], chosen = select.value): void {
  select.replaceChildren(...values.map((value) => make('option', { value }, value)));
  if (values.includes(chosen)) select.value = chosen;
}
