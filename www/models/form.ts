/** The form in which a model is made and changed. Knows the fields; sealed records and history are shown elsewhere. */
import type { ModelInput, ModelPatch, ModelView, ProviderId } from 'ductape-models';
import type { Session } from '../state/session';
import { byId, say, textOf } from '../ui/dom';
import { problemText } from '../ui/problems';
import { fillSettings, readChanges, readSettings, settingFields } from '../ui/settings';
import { type EnvActions, EnvGroup } from './envs';
import { fillExtras, readExtras } from './extras';

const PREFIX = 'model';

/** What was typed as API keys and just stored, to search the record for. */
export type Proof = (typed: readonly string[]) => Promise<void>;

export class ModelForm {
  readonly #session: Session;
  readonly #form = byId('model-form', HTMLFormElement);
  readonly #status = byId('model-status', HTMLElement);
  readonly #envs = byId('model-envs', HTMLElement);
  readonly #actions: EnvActions;
  #groups: EnvGroup[] = [];
  #removed: string[] = [];
  /** The stored model in the form; none while a new one is made. */
  #view: ModelView | null = null;
  /** What a new model starts from; null while a stored one is shown. */
  #start: Partial<ModelInput> | null = null;

  constructor(session: Session, proof: Proof) {
    this.#session = session;
    byId('model-settings', HTMLElement).append(...settingFields(PREFIX));
    this.#actions = {
      rotate: (slug, apiKey) => this.#store('Rotated the key of', [apiKey], () => this.#rotated(slug, apiKey), proof),
      check: (slug) => this.#check(slug),
    };
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#save(proof);
    });
    byId('env-add', HTMLButtonElement).addEventListener('click', () => this.#addEnv());
  }

  /** Shows the model in view from now on. Whoever decides which one that is has to be told first. */
  mount(): void {
    this.#session.onChange(() => this.#show());
  }

  get isNew(): boolean {
    return this.#start !== null;
  }

  /** Empties the form for a new model, or fills it with a start. */
  startNew(start: Partial<ModelInput> = {}): void {
    this.#start = start;
    this.#session.tag = '';
  }

  stopNew(): void {
    this.#start = null;
  }

  async #show(): Promise<void> {
    const { tag } = this.#session;
    if (tag !== '') this.#start = null;
    say(this.#status, '');
    try {
      this.#view = tag === '' ? null : await this.#session.ductape.model.fetch({ tag });
    } catch (error) {
      this.#view = null;
      say(this.#status, problemText(error), 'bad');
    }
    this.#fill(this.#view ?? this.#start ?? {});
  }

  #fill(model: Partial<ModelInput> & { envs?: readonly (ModelView | ModelInput)['envs'][number][] }): void {
    const stored = this.#view !== null;
    byId('model-form-title', HTMLElement).textContent = stored ? `Edit ${model.tag}` : 'New model';
    byId('tag', HTMLInputElement).readOnly = stored;
    byId('model-save', HTMLButtonElement).textContent = stored ? 'Save changes' : 'Create model';
    byId('model-delete', HTMLButtonElement).hidden = this.#session.tag === '';
    for (const name of ['tag', 'name', 'description', 'provider', 'model', 'api'] as const) {
      this.#field(name).value = model[name] ?? (name === 'provider' ? 'custom' : '');
    }
    fillSettings(this.#form, PREFIX, model);
    fillExtras(this.#form, model);
    this.#removed = [];
    this.#groups = [];
    this.#envs.replaceChildren();
    for (const env of model.envs ?? []) this.#addGroup(env, stored);
    if (this.#groups.length === 0) this.#addEnv(false);
    this.#showUnverified();
  }

  #showUnverified(): void {
    const place = byId('model-unverified', HTMLElement);
    const kid = this.#view?.unknownKey;
    place.hidden = kid === undefined;
    place.textContent =
      kid === undefined
        ? ''
        : `unknown_key: sealed with ${kid}, which this page does not have. Nothing below is verified.`;
  }

  #addEnv(focus = true): void {
    const group = this.#addGroup(undefined, false);
    if (focus) group.element.querySelector('input')?.focus();
  }

  #addGroup(env: (ModelView | ModelInput)['envs'][number] | undefined, stored: boolean): EnvGroup {
    const group: EnvGroup = new EnvGroup(env, stored, this.#actions, () => this.#remove(group));
    this.#groups.push(group);
    this.#envs.append(group.element);
    return group;
  }

  #remove(group: EnvGroup): void {
    if (group.isStored) this.#removed.push(group.slug);
    this.#groups = this.#groups.filter((other) => other !== group);
    group.element.remove();
    say(this.#status, group.isStored ? `${group.slug} goes when you save.` : '');
    // What had the focus is gone; hand it to what stands after the list.
    byId('env-add', HTMLButtonElement).focus();
  }

  async #save(proof: Proof): Promise<void> {
    const form = new FormData(this.#form);
    const view = this.#view;
    const envs = this.#groups.map((group) => group.read());
    const typed = envs.flatMap(({ apiKey }) => (typeof apiKey === 'string' ? [apiKey] : []));
    await this.#store(
      view === null ? 'Created' : 'Saved',
      typed,
      async () => {
        const extras = readExtras(form, view !== null);
        const basics = this.#basics(form, view !== null);
        if (view === null) {
          return this.#session.ductape.model.create({ ...basics, ...extras, ...readSettings(form, PREFIX), envs });
        }
        const gone = this.#removed.map((slug) => ({ slug, remove: true }));
        const patch: ModelPatch = {
          ...basics,
          ...extras,
          ...readChanges(form, PREFIX, view),
          envs: [...envs, ...gone],
        };
        return this.#session.ductape.model.update(patch);
      },
      proof,
    );
  }

  #basics(form: FormData, clear: boolean): Omit<ModelInput, 'envs'> {
    const nothing = clear ? null : undefined;
    return {
      tag: textOf(form, 'tag'),
      name: textOf(form, 'name'),
      description: textOf(form, 'description') || nothing,
      provider: textOf(form, 'provider') as ProviderId,
      model: textOf(form, 'model'),
      api: (textOf(form, 'api') || nothing) as ModelInput['api'],
    };
  }

  async #store(what: string, typed: readonly string[], write: () => Promise<ModelView>, proof: Proof): Promise<void> {
    let stored: ModelView;
    say(this.#status, 'Storing…');
    try {
      stored = await write();
    } catch (error) {
      const emptied = typed.length > 0 ? ' The key fields were emptied; type the keys again.' : '';
      say(this.#status, `${problemText(error)}${emptied}`, 'bad');
      return;
    }
    this.#start = null;
    this.#session.tag = stored.tag;
    const warnings = (stored.warnings ?? []).map(({ field, message }) => ` ${field}: ${message}`).join('');
    await this.#session.changed();
    await proof(typed);
    say(this.#status, `${what} ${stored.tag}, revision ${stored.rev}.${warnings}`, 'good');
  }

  #rotated(slug: string, apiKey: string): Promise<ModelView> {
    return this.#session.ductape.model.update({ tag: this.#session.tag, envs: [{ slug, apiKey }] });
  }

  async #check(slug: string): Promise<string> {
    try {
      const target = { env: slug, model: this.#session.tag };
      const client = await this.#session.caller(target);
      const found = await client.model.verify({ tag: target.model, env: slug });
      return `${found.status} after ${found.latencyMs} ms${found.message === undefined ? '' : `: ${found.message}`}`;
    } catch (error) {
      return problemText(error);
    }
  }

  #field(name: string): HTMLInputElement | HTMLSelectElement {
    const field = this.#form.elements.namedItem(name);
    if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) return field;
    throw new Error(`The form lacks ${name}.`);
  }
}
