/** The environments of the model in the form, one group each. A typed API key leaves its field before it is used. */
import type { EnvInput, EnvView } from 'ductape-models';
import { button, make, say } from '../ui/dom';
import { numberOf } from '../ui/settings';

/** What a stored environment's buttons do. */
export interface EnvActions {
  rotate(slug: string, apiKey: string): Promise<void>;
  check(slug: string): Promise<string>;
}

const FIELDS = [
  ['slug', 'Slug', 'dev'],
  ['baseUrl', 'Base URL', "the provider's own"],
] as const;
/** What an environment may have of its own. */
const OWN_FIELDS = [
  ['model', 'Model id here', "the model's"],
  ['temperature', 'Temperature here', "the model's"],
  ['maxTokens', 'Max tokens here', "the model's"],
  ['description', 'Note', 'optional'],
] as const;
type FieldName = (typeof FIELDS | typeof OWN_FIELDS)[number][0] | 'apiKey';

let count = 0;

export class EnvGroup {
  readonly element: HTMLFieldSetElement;
  readonly #fields = new Map<FieldName, HTMLInputElement>();
  readonly #active: HTMLInputElement;
  readonly #stored: EnvView | undefined;
  readonly #status = make('p', { class: 'status', role: 'status' });

  constructor(env: EnvInput | EnvView | undefined, stored: boolean, actions: EnvActions, remove: () => void) {
    count += 1;
    this.#stored = stored ? (env as EnvView) : undefined;
    this.element = make('fieldset', { class: 'env', 'data-env': env?.slug ?? '' });
    this.#active = make('input', { type: 'checkbox', id: `env-${count}-active` });
    this.#active.checked = env?.active ?? true;
    const grid = make('div', { class: 'grid slug-url' });
    for (const [name, label, hint] of FIELDS) grid.append(this.#field(name, label, hint, env?.[name]));
    const own = make('div', { class: 'grid' });
    for (const [name, label, hint] of OWN_FIELDS) own.append(this.#field(name, label, hint, env?.[name]));
    const isOwn = OWN_FIELDS.some(([name]) => env?.[name] !== undefined && env[name] !== null);
    const summary = make('summary', {}, 'Different in this environment');
    if (this.#stored) this.#input('slug').readOnly = true;
    this.element.append(
      make('legend', {}, env?.slug ? `Environment ${env.slug}` : 'New environment'),
      grid,
      this.#keyRow(actions),
      make('details', { open: isOwn ? '' : undefined }, summary, own),
      this.#footRow(actions, remove),
      this.#status,
    );
  }

  get slug(): string {
    return this.#input('slug').value.trim();
  }

  get isStored(): boolean {
    return this.#stored !== undefined;
  }

  /** What the group says. The key's field is empty afterwards; what else was left empty is cleared in an update. */
  read(): EnvInput {
    const read: EnvInput = { slug: this.slug, active: this.#active.checked };
    const apiKey = this.takeKey();
    if (apiKey !== '') read.apiKey = apiKey;
    for (const name of ['baseUrl', 'model', 'description'] as const) {
      const text = this.#input(name).value.trim();
      if (text !== '' || this.#stored?.[name] !== undefined) read[name] = text === '' ? null : text;
    }
    for (const name of ['temperature', 'maxTokens'] as const) {
      const text = this.#input(name).value.trim();
      if (text !== '' || this.#stored?.[name] !== undefined) read[name] = numberOf(text === '' ? 'null' : text);
    }
    return read;
  }

  /** The typed key; its field is empty afterwards. */
  takeKey(): string {
    const field = this.#input('apiKey');
    const key = field.value.trim();
    field.value = '';
    return key;
  }

  #input(name: FieldName): HTMLInputElement {
    const found = this.#fields.get(name);
    if (found === undefined) throw new Error(`There is no field ${name}.`);
    return found;
  }

  #field(name: FieldName, label: string, hint: string, value: unknown): HTMLElement {
    const id = `env-${count}-${name}`;
    const field = make('input', {
      id,
      autocomplete: 'off',
      spellcheck: 'false',
      placeholder: hint,
      'data-field': name,
    });
    field.value = value === undefined ? '' : String(value);
    this.#fields.set(name, field);
    return make('div', { class: 'field' }, make('label', { for: id }, label), field);
  }

  #keyRow(actions: EnvActions): HTMLElement {
    const stored = this.#stored;
    const shown = stored?.hasKey ? keyText(stored) : 'none yet';
    const field = this.#field('apiKey', stored?.hasKey ? 'New API key' : 'API key', 'write-only', undefined);
    const input = this.#input('apiKey');
    input.type = 'password';
    // Browsers would offer to keep it, which is not theirs to do.
    input.setAttribute('autocomplete', 'new-password');
    const row = make('div', { class: 'key-row' }, field);
    if (stored) row.append(button('Rotate key', () => this.#rotate(actions), { 'data-act': 'rotate' }));
    return make(
      'div',
      { class: 'key' },
      make('p', { class: 'key-state', 'data-key-status': stored?.keyStatus ?? 'none' }, `Stored key: ${shown}`),
      row,
    );
  }

  #footRow(actions: EnvActions, remove: () => void): HTMLElement {
    const label = make('label', { for: this.#active.id, class: 'check' }, this.#active, ' Active');
    const row = make('div', { class: 'env-foot' }, label);
    if (this.#stored?.hasKey) {
      const check = async (): Promise<void> => {
        say(this.#status, 'Asking the provider…');
        const found = await actions.check(this.slug);
        say(this.#status, found, found.startsWith('ok') ? 'good' : 'bad');
      };
      row.append(button('Check key', check, { class: 'quiet', 'data-act': 'check' }));
    }
    row.append(button('Remove', remove, { class: 'quiet danger', 'data-act': 'remove' }));
    return row;
  }

  async #rotate(actions: EnvActions): Promise<void> {
    const key = this.takeKey();
    if (key === '') {
      say(this.#status, 'Type the new key first. The field is emptied when it is used.', 'bad');
      this.#input('apiKey').focus();
      return;
    }
    await actions.rotate(this.slug, key);
  }
}

function keyText(env: EnvView): string {
  const hint = env.keyHint === undefined ? 'sealed' : `sealed, ends in …${env.keyHint}`;
  const fingerprint = env.keyFingerprint === undefined ? '' : `, fingerprint ${env.keyFingerprint}`;
  const unknown = env.keyStatus === 'unknown_key' ? ' (this page cannot open it: unknown_key)' : '';
  return `${hint}${fingerprint}, by ${env.keyId ?? '?'}${unknown}`;
}
