/** Step 1: the form becomes `model.create()`. */
import type { ModelInput } from 'ductape-models';
import { byId, numberOf, say, textOf } from './dom';
import { problemText } from './problems';
import type { Session } from './session';

const ENVS = ['dev', 'prd'] as const;

export function mountCreate(session: Session): void {
  const form = byId('create-form', HTMLFormElement);
  const status = byId('create-status', HTMLElement);
  byId('baseUrl', HTMLInputElement).value = `${location.origin}/mock/v1`;

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const input = modelInput(new FormData(form));
    try {
      await session.ductape.model.create(input);
    } catch (error) {
      say(status, problemText(error), 'bad');
      return;
    }
    session.tag = input.tag;
    await session.changed();
    say(status, `Created ${input.tag} with ${input.envs.length} environments.`, 'good');
  });
}

/** The API keys in the form, to prove that none of them was stored. */
export function typedKeys(): string[] {
  return ENVS.map((slug) => byId(`key-${slug}`, HTMLInputElement).value.trim()).filter((key) => key !== '');
}

function modelInput(form: FormData): ModelInput {
  return {
    tag: textOf(form, 'tag'),
    name: textOf(form, 'name'),
    provider: 'custom',
    model: textOf(form, 'model'),
    temperature: numberOf(form, 'temperature'),
    maxTokens: numberOf(form, 'maxTokens'),
    envs: ENVS.map((slug) => ({
      slug,
      apiKey: textOf(form, `key-${slug}`) || undefined,
      baseUrl: textOf(form, 'baseUrl'),
      active: true,
    })),
  };
}
