/** The override lab: what is typed at four levels is explained at once. Nothing is sent. */
import type { Warning } from 'ductape-models';
import type { Session } from '../state/session';
import { byId, make, say, textOf } from '../ui/dom';
import { envChoice, modelChoice } from '../ui/pickers';
import { problemText } from '../ui/problems';
import { explainedRows } from './explained';
import { fillBase, fillExample, levelGroups, readBase, readLevels } from './levels';
import { mountRequest } from './request';

export function mountLab(session: Session): void {
  const form = byId('lab-form', HTMLFormElement);
  const status = byId('lab-status', HTMLElement);
  byId('lab-levels', HTMLElement).append(...levelGroups());
  fillExample(form);
  modelChoice(session, byId('lab-model', HTMLSelectElement));
  envChoice(session, byId('lab-env', HTMLSelectElement), () => void explain());
  const showRequest = mountRequest();

  const explain = async (): Promise<void> => {
    const table = byId('explained', HTMLTableElement);
    try {
      if (session.tag === '') throw new Error('Create a model first.');
      const data = new FormData(form);
      const call = { model: session.tag, env: textOf(data, 'env'), ...readLevels(data, textOf(data, 'env')) };
      const explanation = await session.ductape.explain(call);
      table.tBodies[0]?.replaceChildren(...explainedRows(explanation));
      table.hidden = false;
      showWarnings(explanation.warnings);
      showRequest(await session.ductape.buildRequest({ ...call, prompt: textOf(data, 'prompt') || 'Hello' }));
      say(status, '');
    } catch (error) {
      table.hidden = true;
      showWarnings([]);
      showRequest(null);
      say(status, session.tag === '' ? 'Create a model first.' : problemText(error), 'bad');
    }
  };
  const change = async (target: EventTarget | null): Promise<void> => {
    const ofModel = target instanceof HTMLInputElement && target.name.startsWith('lab-base-');
    if (!ofModel || session.tag === '') return explain();
    try {
      const { tag } = session;
      const stored = await session.ductape.model.fetch({ tag });
      await session.ductape.model.update({ tag, ...readBase(new FormData(form), stored) });
    } catch (error) {
      return say(status, problemText(error), 'bad');
    }
    await session.changed();
  };

  session.onChange(async () => {
    const model = session.tag === '' ? {} : await session.ductape.model.fetch({ tag: session.tag }).catch(() => ({}));
    fillBase(form, model);
    await explain();
  });
  form.addEventListener('change', (event) => {
    if (!(event.target instanceof HTMLSelectElement)) void change(event.target);
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void explain();
  });
}

function showWarnings(warnings: readonly Warning[]): void {
  const items = warnings.map(({ code, field, message }) =>
    make('li', {}, make('code', {}, code), ` ${field}: ${message}`),
  );
  byId('lab-warnings', HTMLElement).replaceChildren(...items);
}
